-- Customer records that links join one after the other, each link right as far as its two records tell. Grain: record_id.
-- A chain may hold records that contradict each other at its ends: int_customer__component parts those.

with

known_record as (

    select
        record_id,
        system,
        known_since_at
    from {{ ref('int_customer__conformed') }}

),

judged_link as (

    select
        left_record_id,
        right_record_id,
        is_accepted
    from {{ ref('int_customer__link_judged') }}

),

component as (
    {{ cluster_records('customer', 'known_record', 'judged_link') }}
)

select
    record_id,
    senior_record_id,
    record_count,
    system_count
from component
