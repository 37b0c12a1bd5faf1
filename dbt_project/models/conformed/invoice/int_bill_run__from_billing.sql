-- One row per bill run, with its status in our words and its period as local days and as UTC instants. Proration is by the
-- nominal bill month, the month up to period_end, also when the period itself is a stub of it.

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
    from {{ ref('stg_billing__bill_run') }}
)

select
    bill_run.bill_run_id,
    bill_run.bill_cycle,
    status.canonical_value as status,
    bill_run.period_start,
    bill_run.period_end,
    bill_run.bill_month_start,
    cast({{ dbt.datediff('bill_run.bill_month_start', 'bill_run.period_end', 'day') }} as integer) as bill_month_days,
    {{ local_to_utc('bill_run.period_start', var('home_time_zone')) }} as period_start_at,
    {{ local_to_utc('bill_run.period_end', var('home_time_zone')) }} as period_end_at,
    bill_run.run_at
from bill_run
{{ join_vocabulary('bill_run_status', 'billing', 'bill_run.status', 'status') }}
