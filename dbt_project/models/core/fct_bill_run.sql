-- One row per run of a bill cycle. Charges are in arrears for [period_start, period_end), whole local days. Proration
-- is by the nominal bill month, the month up to period_end, also when the period itself is a stub of it.

with

bill_run as (
    select
        bill_run_id,
        bill_cycle,
        status,
        period_start,
        period_end,
        cast({{ dbt.dateadd('month', -1, 'period_end') }} as date) as bill_month_start,
        run_at
    from {{ ref('int_bill_run__from_billing') }}
)

select
    bill_run_id,
    bill_cycle,
    status,
    period_start,
    period_end,
    bill_month_start,
    cast({{ dbt.datediff('bill_month_start', 'period_end', 'day') }} as integer) as bill_month_days,
    {{ local_to_utc('period_start', var('home_time_zone')) }} as period_start_at,
    {{ local_to_utc('period_end', var('home_time_zone')) }} as period_end_at,
    run_at
from bill_run
