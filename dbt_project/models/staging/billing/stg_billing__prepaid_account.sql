-- One row per prepaid account in the latest load.

with

prepaid_account as (
    {{ current_rows('billing', 'prepaid_account') }}
)

select
    prepaid_account_id,
    msisdn,
    status,
    currency_code,
    cast(activated_at as timestamp) as activated_at,
    {{ load_metadata() }}
from prepaid_account
