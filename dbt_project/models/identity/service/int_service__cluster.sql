-- Which records are one service, with its id. Grain: record_id.

select
    record_id,
    senior_record_id,
    {{ cluster_id('service', 'senior_record_id') }} as service_id,
    record_count,
    system_count
from {{ ref('int_service__grouping') }}
