-- Which records are one product. Grain: record_id.

{{ cluster_records('product', ref('int_product__conformed'), ref('int_product__links')) }}
