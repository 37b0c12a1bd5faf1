-- One row per run of a bill cycle. Charges are in arrears for [period_start, period_end), whole local days.

with

bill_run as (
    select * from {{ ref('int_bill_run__from_billing') }}
)

select
    bill_run_id,
    bill_cycle,
    status,
    period_start,
    period_end,
    bill_month_start,
    bill_month_days,
    period_start_at,
    period_end_at,
    run_at
from bill_run
