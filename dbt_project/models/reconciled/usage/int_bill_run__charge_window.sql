-- Which completed run of a bill cycle an event can fall into, by the day of the event.
-- Grain: bill_cycle, basis (started | rated), UTC event date, start of the window. A usage event is due in the
-- earliest completed run whose period ends after the event started and that ran after the event was rated. Runs of a
-- cycle follow one another, so that is the later of two windows. One row a day makes the lookup an equi-join with one
-- or two candidates, however many runs and events there are.

with

runs as (
    select
        bill_cycle,
        period_end_at,
        run_at,
        row_number() over (partition by bill_cycle order by period_end_at nulls last) as run_sequence
    from {{ ref('int_bill_run__from_billing') }}
    where status = 'completed'
),

windows as (
    select
        bill_cycle,
        'started' as basis,
        run_sequence,
        lag(period_end_at) over (partition by bill_cycle order by run_sequence nulls last) as previous_end,
        period_end_at as valid_to
    from runs
    union all
    select
        bill_cycle,
        'rated' as basis,
        run_sequence,
        lag(run_at) over (partition by bill_cycle order by run_sequence nulls last) as previous_end,
        run_at as valid_to
    from runs
),

event_days as (
    select cast(started_at as date) as event_date from {{ ref('int_rated_usage__from_billing') }}
    union
    select cast(rated_at as date) as event_date from {{ ref('int_rated_usage__from_billing') }}
)

select
    windows.bill_cycle,
    windows.basis,
    event_days.event_date,
    windows.run_sequence,
    coalesce(windows.previous_end, timestamp '1900-01-01 00:00:00') as valid_from,
    windows.valid_to
from windows
inner join event_days
    on cast(windows.valid_to as date) >= event_days.event_date
    and cast(coalesce(windows.previous_end, timestamp '1900-01-01 00:00:00') as date) <= event_days.event_date
