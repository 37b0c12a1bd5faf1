-- Which records are one resource. Grain: record_id.

{{ cluster_records('resource', ref('int_resource__conformed'), ref('int_resource__links')) }}
