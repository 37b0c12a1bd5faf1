-- The arithmetic of O11: each event of an orphan at its catalogue price, each of a duplicate as it was rated. Grain: event, or
-- rated row.

with

candidate as (
    {{ owned_candidates('o11') }}
)

select
    control_id,
    direction,
    concat_ws(':', 'subscribers.subscriber', served_imsi) as subject_key,
    period_start,
    currency_code,
    claim_key as step_key,
    case direction when 'under' then 'charged_steps * unit_price' else 'rated_amount' end as formula,
    {{ json_object_text_without_nulls([
        ('charged_steps', 'cast(charged_steps as string)'),
        ('unit_price', 'cast(unit_price as string)'),
        ('rated_amount', "case direction when 'over' then cast(amount as string) end"),
    ]) }} as factors,
    {{ json_object_text_without_nulls([
        ('usage.usage_event', 'event_reference'),
        ('catalog.product_offering_price', 'product_offering_price_id'),
        ('billing.rated_usage', 'cast(rated_usage_id as string)'),
    ]) }} as source_records,
    amount
from candidate
