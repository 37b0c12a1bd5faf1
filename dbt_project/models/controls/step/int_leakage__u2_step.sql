-- The arithmetic of U2: each rejected record at its catalogue price. Grain: rejected record.

with

candidate as (
    {{ owned_candidates('u2') }}
)

select
    control_id,
    'under' as direction,
    concat_ws(':', 'billing.subscription', subscription_id_billing) as subject_key,
    period_start,
    currency_code,
    claim_key as step_key,
    'charged_steps * unit_price' as formula,
    {{ json_object_text([
        ('charged_steps', 'cast(charged_steps as string)'),
        ('unit_price', 'cast(unit_price as string)'),
    ]) }} as factors,
    {{ json_object_text([
        ('usage.usage_reject', 'usage_reject_id'),
        ('catalog.product_offering_price', 'product_offering_price_id'),
    ]) }} as source_records,
    amount
from candidate
