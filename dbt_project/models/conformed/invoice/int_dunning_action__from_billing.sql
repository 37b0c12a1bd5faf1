-- One row per dunning action in its latest version, its level in our words.

with

dunning_action as (
    select * from {{ ref('stg_billing__dunning_action') }}
)

select
    dunning_action.dunning_action_id,
    dunning_action.account_id as account_id_billing,
    dunning_action.invoice_id,
    dunning_action.subscription_id as subscription_id_billing,
    level.canonical_value as dunning_level,
    dunning_action.reason_code,
    dunning_action.issued_at,
    dunning_action.effective_at,
    dunning_action.lifted_at
from dunning_action
{{ join_vocabulary('dunning_level', 'billing', 'dunning_action.level', 'level') }}
