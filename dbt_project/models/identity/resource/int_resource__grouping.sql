-- Which records are one resource. Grain: record_id.

with

known_record as (

    select
        record_id,
        system,
        known_since_at
    from {{ ref('int_resource__conformed') }}

),

accepted_link as (

    select
        left_record_id,
        right_record_id,
        is_accepted
    from {{ ref('int_resource__links') }}

),

grouping as (
    {{ cluster_records('resource', 'known_record', 'accepted_link') }}
)

select
    record_id,
    senior_record_id,
    record_count,
    system_count
from grouping
