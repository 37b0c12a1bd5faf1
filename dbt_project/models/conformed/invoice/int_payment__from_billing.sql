-- One row per payment that billing has received for an account.

with

payment as (
    select * from {{ ref('stg_billing__payment') }}
)

select
    payment_id,
    account_id as account_id_billing,
    invoice_id,
    lower(method) as method,
    bank_reference,
    currency_code,
    cast(amount as decimal(18, 2)) as amount,
    paid_at
from payment
