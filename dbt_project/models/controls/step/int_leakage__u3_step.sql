-- The arithmetic of U3: what was rated, as the bill rounds it, less what was billed. Grain: subscription, run, usage type,
-- currency.

with

candidate as (
    {{ owned_candidates('u3') }}
)

select
    control_id,
    'under' as direction,
    concat_ws(':', 'billing.subscription', subscription_id_billing) as subject_key,
    period_start,
    currency_code,
    claim_key as step_key,
    'round(rated_amount, 2) - billed_amount' as formula,
    {{ json_object_text([
        ('rated_amount', 'cast(rated_amount as string)'),
        ('billed_amount', 'cast(billed_amount as string)'),
    ]) }} as factors,
    {{ json_object_text([
        ('billing.subscription', 'subscription_id_billing'),
        ('billing.bill_run', 'bill_run_id'),
    ]) }} as source_records,
    cast(unbilled_amount as decimal(18, 6)) as amount
from candidate
