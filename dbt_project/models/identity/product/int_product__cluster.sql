-- Which records are one product, with its id. Grain: record_id.

select
    record_id,
    senior_record_id,
    {{ cluster_id('product', 'senior_record_id') }} as product_id,
    record_count,
    system_count
from {{ ref('int_product__grouping') }}
