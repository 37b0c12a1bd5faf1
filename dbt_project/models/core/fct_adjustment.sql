-- One row per credit (negative) or debit posted by hand, with the customer that it belongs to.

with

adjustment as (
    select * from {{ ref('int_adjustment__from_billing') }}
),

billing_account as (
    select account_id_billing, billing_account_id, customer_id
    from {{ ref('dim_billing_account') }}
),

subscription as (
    select subscription_id_billing, service_id
    from {{ ref('dim_subscription') }}
)

select
    adjustment.adjustment_id,
    adjustment.invoice_id,
    billing_account.billing_account_id,
    billing_account.customer_id,
    subscription.service_id,
    adjustment.subscription_id_billing,
    adjustment.reason_code,
    adjustment.reason_text,
    adjustment.created_by,
    adjustment.approved_by,
    adjustment.currency_code,
    adjustment.amount,
    adjustment.created_at
from adjustment
left join billing_account on adjustment.account_id_billing = billing_account.account_id_billing
left join subscription on adjustment.subscription_id_billing = subscription.subscription_id_billing
