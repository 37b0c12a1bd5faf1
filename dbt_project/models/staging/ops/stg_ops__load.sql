-- One row per load of one entity, with whether its rows count. Every staging model reads this and no other rule:
-- a load counts when it was completed, nobody holds it, and it had finished by `as_of`.

with

load_record as (
    select * from {{ source('ops', 'load_record') }}
),

load_hold as (
    select distinct system, entity, load_id
    from {{ source('ops', 'load_hold') }}
),

timed as (
    select
        load_id,
        system,
        entity,
        mode,
        status,
        reason,
        rows as row_count,
        quarantined_rows as quarantined_row_count,
        {{ iso_to_utc('started_at') }} as started_at,
        {{ iso_to_utc('finished_at') }} as finished_at
    from load_record
)

select
    timed.load_id,
    timed.system,
    timed.entity,
    timed.mode,
    timed.status,
    timed.reason,
    timed.row_count,
    timed.quarantined_row_count,
    load_hold.load_id is not null as is_held,
    coalesce(timed.status = 'loaded', false)
        and load_hold.load_id is null
        {%- if var('as_of') %}
        and coalesce(timed.finished_at <= {{ iso_to_utc("'" ~ var('as_of') ~ "'") }}, false)
        {%- endif %} as is_counted,
    timed.started_at,
    timed.finished_at
from timed
left join load_hold
    on timed.system = load_hold.system
    and timed.entity = load_hold.entity
    and timed.load_id = load_hold.load_id
