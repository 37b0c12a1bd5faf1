-- The arithmetic of U7: each session as measured, minus as recorded. Grain: session.

with

candidate as (
    {{ owned_candidates('u7') }}
)

select
    control_id,
    direction,
    concat_ws(':', 'billing.subscription', subscription_id_billing) as subject_key,
    period_start,
    currency_code,
    claim_key as step_key,
    case
        when recorded_steps is null then 'due_steps * due_unit_price'
        when direction = 'under' then 'due_steps * due_unit_price - recorded_steps * recorded_unit_price'
        else 'recorded_steps * recorded_unit_price - due_steps * due_unit_price'
    end as formula,
    {{ json_object_text_without_nulls([
        ('due_steps', 'cast(due_steps as string)'),
        ('due_unit_price', 'cast(due_unit_price as string)'),
        ('recorded_steps', 'cast(recorded_steps as string)'),
        ('recorded_unit_price', 'cast(recorded_unit_price as string)'),
    ]) }} as factors,
    {{ json_object_text([
        ('usage.session_total', 'session_total_id'),
        ('usage.usage_event', 'event_reference'),
        ('catalog.product_offering_price', 'product_offering_price_id'),
    ]) }} as source_records,
    amount
from candidate
