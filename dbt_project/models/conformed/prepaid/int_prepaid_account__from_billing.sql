-- One row per prepaid account.

with

account as (
    select * from {{ ref('stg_billing__prepaid_account') }}
)

select
    prepaid_account_id,
    msisdn,
    lower(status) as status,
    currency_code,
    activated_at
from account
