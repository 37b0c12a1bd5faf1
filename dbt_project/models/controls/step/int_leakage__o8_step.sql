-- The arithmetic of O8: each rated event after the bar. Grain: rated event.

with

candidate as (
    {{ owned_candidates('o8') }}
)

select
    control_id,
    'under' as direction,
    concat_ws(':', 'billing.subscription', subscription_id_billing) as subject_key,
    period_start,
    currency_code,
    claim_key as step_key,
    'rated_amount' as formula,
    {{ json_object_text([('rated_amount', 'cast(amount as string)')]) }} as factors,
    {{ json_object_text([
        ('billing.rated_usage', 'cast(rated_usage_id as string)'),
        ('billing.dunning_action', 'dunning_action_id'),
    ]) }} as source_records,
    amount
from candidate
