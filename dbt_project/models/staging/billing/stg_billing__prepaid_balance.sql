-- One row per balance of an account and period in its latest version.

with

prepaid_balance as (
    {{ current_rows('billing', 'prepaid_balance') }}
)

select
    prepaid_account_id,
    period_start,
    period_end,
    opening_amount,
    closing_amount,
    currency_code,
    cast(closed_at as timestamp) as closed_at,
    {{ load_metadata() }}
from prepaid_balance
