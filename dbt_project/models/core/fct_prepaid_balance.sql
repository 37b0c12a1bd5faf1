-- One row per prepaid account and closed period: what it held at both ends.

with

source as (
    select * from {{ ref('int_prepaid_balance__from_billing') }}
)

select
    prepaid_account_id,
    period_start,
    period_end,
    opening_amount,
    closing_amount,
    currency_code,
    closed_at
from source
