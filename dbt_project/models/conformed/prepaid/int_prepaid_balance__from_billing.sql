-- One row per prepaid account and period.

with

balance as (
    select * from {{ ref('stg_billing__prepaid_balance') }}
)

select
    prepaid_account_id,
    period_start,
    period_end,
    cast(opening_amount as decimal(18, 2)) as opening_amount,
    cast(closing_amount as decimal(18, 2)) as closing_amount,
    currency_code,
    closed_at
from balance
