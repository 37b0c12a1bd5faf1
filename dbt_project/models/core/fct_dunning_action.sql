-- One row per dunning action, with the account, customer and service that it concerns.

with

dunning_action as (
    select * from {{ ref('int_dunning_action__from_billing') }}
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
    dunning_action.dunning_action_id,
    dunning_action.invoice_id,
    billing_account.billing_account_id,
    billing_account.customer_id,
    subscription.service_id,
    dunning_action.subscription_id_billing,
    dunning_action.dunning_level,
    dunning_action.reason_code,
    dunning_action.issued_at,
    dunning_action.effective_at,
    dunning_action.lifted_at
from dunning_action
left join billing_account on dunning_action.account_id_billing = billing_account.account_id_billing
left join subscription on dunning_action.subscription_id_billing = subscription.subscription_id_billing
