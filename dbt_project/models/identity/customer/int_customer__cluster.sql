-- Which records are one customer, with its id. Grain: record_id.

select
    record_id,
    senior_record_id,
    {{ cluster_id('customer', 'senior_record_id') }} as customer_id,
    record_count,
    is_parted_by_steward
from {{ ref('int_customer__grouping') }}
