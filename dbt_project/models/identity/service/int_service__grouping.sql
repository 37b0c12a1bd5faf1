-- Which records are one service, by keys first and number in time second. Grain: record_id.

with

known_record as (

    select
        record_id,
        system,
        known_since_at
    from {{ ref('int_service__conformed') }}

),

accepted_link as (

    select
        left_record_id,
        right_record_id,
        is_accepted
    from {{ ref('int_service__links') }}

),

grouping as (
    {{ cluster_records('service', 'known_record', 'accepted_link') }}
)

select
    record_id,
    senior_record_id,
    record_count,
    system_count
from grouping
