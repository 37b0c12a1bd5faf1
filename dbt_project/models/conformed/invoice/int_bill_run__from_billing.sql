-- One row per bill run of billing, with its status in our words.

with

bill_run as (
    select * from {{ ref('stg_billing__bill_run') }}
)

select
    bill_run.bill_run_id,
    bill_run.bill_cycle,
    status.canonical_value as status,
    bill_run.period_start,
    bill_run.period_end,
    bill_run.run_at
from bill_run
{{ join_vocabulary('bill_run_status', 'billing', 'bill_run.status', 'status') }}
