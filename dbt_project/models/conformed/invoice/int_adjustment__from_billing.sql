-- One row per credit (negative) or debit that a person posted to an account.

with

adjustment as (
    select * from {{ ref('stg_billing__adjustment') }}
)

select
    adjustment_id,
    account_id as account_id_billing,
    invoice_id,
    subscription_id as subscription_id_billing,
    reason_code,
    reason_text,
    created_by,
    approved_by,
    currency_code,
    cast(amount as decimal(18, 2)) as amount,
    created_at
from adjustment
