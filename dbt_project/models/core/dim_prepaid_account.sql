-- One row per account that is paid in advance.

with

source as (
    select * from {{ ref('int_prepaid_account__from_billing') }}
)

select
    prepaid_account_id,
    msisdn,
    status,
    currency_code,
    activated_at
from source
