-- The arithmetic of O9: each event at its catalogue price. Grain: event.

with

candidate as (
    {{ owned_candidates('o9') }}
)

select
    control_id,
    'under' as direction,
    concat_ws(':', 'subscribers.subscriber', served_imsi) as subject_key,
    period_start,
    currency_code,
    claim_key as step_key,
    'charged_steps * unit_price' as formula,
    {{ json_object_text([
        ('charged_steps', 'cast(charged_steps as string)'),
        ('unit_price', 'cast(unit_price as string)'),
    ]) }} as factors,
    {{ json_object_text([
        ('usage.usage_event', 'event_reference'),
        ('catalog.product_offering_price', 'product_offering_price_id'),
    ]) }} as source_records,
    amount
from candidate
