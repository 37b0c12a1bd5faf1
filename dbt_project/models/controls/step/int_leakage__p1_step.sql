-- The arithmetic of P1: the catalogue's charge of each event against the rated one. Grain: rated_usage_id.

with

candidate as (
    {{ owned_candidates('p1') }}
)

select
    control_id,
    case when difference_amount > 0 then 'under' else 'over' end as direction,
    concat_ws(':', 'billing.tariff', tariff_key) as subject_key,
    period_start,
    currency_code,
    claim_key as step_key,
    case
        when difference_amount > 0 then 'expected_steps * expected_unit_price - rated_amount'
        else 'rated_amount - expected_steps * expected_unit_price'
    end as formula,
    {{ json_object_text([
        ('expected_steps', 'cast(expected_steps as string)'),
        ('expected_unit_price', 'cast(expected_unit_price as string)'),
        ('rated_amount', 'cast(rated_amount as string)'),
    ]) }} as factors,
    {{ json_object_text_without_nulls([
        ('billing.rated_usage', 'cast(rated_usage_id as string)'),
        ('usage.usage_event', 'event_reference'),
        ('catalog.product_offering_price', 'product_offering_price_id'),
        ('billing.rating_rate', 'rating_rate_id'),
    ]) }} as source_records,
    cast(abs(difference_amount) as decimal(18, 6)) as amount
from candidate
