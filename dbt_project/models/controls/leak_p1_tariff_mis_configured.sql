-- P1: billing's rate table differs from the catalogue. Grain: tariff (offering, usage type, zone), calendar month and
-- direction. Amount: over the events that were rated so, what the catalogue makes of them minus the rated amount.

with

candidate as (
    {{ owned_candidates('p1') }}
),

event as (
    select
        *,
        case when difference_amount > 0 then 'under' else 'over' end as direction
    from candidate
),

found as (
    select
        tariff_key,
        period_start,
        currency_code,
        direction,
        max(period_end) as period_end,
        {{ distinct_list('difference') }} as differences,
        count(*) as events,
        count(distinct subscription_id_billing) as subscriptions,
        cast(sum(expected_steps) as bigint) as expected_steps,
        min(product_offering_price_id) as product_offering_price_id,
        min(rating_rate_id) as rating_rate_id,
        min(from_at) as differs_from_at,
        max(to_at) as differs_to_at,
        sum(rated_amount) as rated_amount,
        sum(expected_amount) as expected_amount,
        sum(difference_amount) as difference_amount
    from event
    group by tariff_key, period_start, currency_code, direction
)

select
    'P1' as control_id,
    direction,
    cast(null as string) as customer_id,
    cast(null as string) as billing_account_id,
    cast(null as string) as service_id,
    concat_ws(':', 'billing.tariff', tariff_key) as subject_key,
    {{ json_object_text_without_nulls([
        ('billing.tariff', 'tariff_key'),
        ('billing.rating_rate', 'rating_rate_id'),
        ('catalog.product_offering_price', 'product_offering_price_id'),
    ]) }} as source_keys,
    {{ json_object_text([
        ('differences', 'differences'),
        ('differs_from', 'cast(differs_from_at as string)'),
        ('differs_to', 'cast(differs_to_at as string)'),
        ('events', 'events'),
        ('subscriptions', 'subscriptions'),
        ('expected_steps', 'expected_steps'),
        ('rated_amount', 'cast(rated_amount as string)'),
        ('expected_amount', 'cast(expected_amount as string)'),
    ]) }} as evidence,
    'tariff' as root_cause_type,
    product_offering_price_id as root_cause_key,
    period_start,
    period_end,
    cast(round(abs(difference_amount), 2) as decimal(18, 2)) as amount,
    currency_code,
    false as is_estimate
from found
where abs(difference_amount) >= {{ control_parameter('P1', 'rounding_tolerance', 'decimal(18, 6)') }}
