-- Customer records joined by accepted links, before stewards' never-link decisions part some of them. Grain: record_id.

with

known_record as (

    select
        record_id,
        system,
        known_since_at
    from {{ ref('int_customer__conformed') }}

),

accepted_link as (

    select
        left_record_id,
        right_record_id,
        is_accepted
    from {{ ref('int_customer__links') }}

),

component as (
    {{ cluster_records('customer', 'known_record', 'accepted_link') }}
)

select
    record_id,
    senior_record_id,
    record_count,
    system_count
from component
