-- Which records are one resource, with its id. Grain: record_id.

select
    record_id,
    senior_record_id,
    {{ cluster_id('resource', 'senior_record_id') }} as resource_id,
    record_count,
    system_count
from {{ ref('int_resource__grouping') }}
