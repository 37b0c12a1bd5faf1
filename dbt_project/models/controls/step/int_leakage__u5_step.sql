-- The arithmetic of U5: each use that came too late, as it was rated. Grain: rated event.

with

candidate as (
    {{ owned_candidates('u5') }}
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
        ('usage.usage_event', 'event_reference'),
    ]) }} as source_records,
    amount
from candidate
