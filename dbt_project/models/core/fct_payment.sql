-- One row per payment, with the customer whose account received it.

with

payment as (
    select * from {{ ref('int_payment__from_billing') }}
),

billing_account as (
    select account_id_billing, billing_account_id, customer_id
    from {{ ref('dim_billing_account') }}
)

select
    payment.payment_id,
    payment.invoice_id,
    billing_account.billing_account_id,
    billing_account.customer_id,
    payment.method,
    payment.bank_reference,
    payment.currency_code,
    payment.amount,
    payment.paid_at
from payment
left join billing_account on payment.account_id_billing = billing_account.account_id_billing
