-- P1: rated events whose amount is wrong because billing's rate table is. Grain: rated_usage_id.
-- The table differs from the catalogue at the start of the event, and billing did what its table says: a rate that holds
-- (of several, any), or nothing where it has none. What billing did beyond that is another control's.

select
    'rated_usage:' || cast(re_rated.rated_usage_id as string) as claim_key,
    'P1' as control_id,
    re_rated.rated_usage_id,
    rated_usage.event_reference,
    re_rated.subscription_id_billing,
    concat_ws('/', offering.billing_code, re_rated.usage_type, re_rated.zone) as tariff_key,
    re_rated.product_offering_price_id,
    difference.rating_rate_id,
    difference.difference,
    difference.from_at,
    difference.to_at,
    re_rated.event_month as period_start,
    cast({{ dbt.dateadd('month', 1, 're_rated.event_month') }} as date) as period_end,
    re_rated.currency_code,
    re_rated.charged_steps as expected_steps,
    re_rated.unit_price as expected_unit_price,
    re_rated.rated_amount,
    re_rated.expected_amount,
    re_rated.expected_amount - re_rated.rated_amount as difference_amount
from {{ ref('int_tariff__configuration_difference') }} as difference
inner join {{ ref('int_rated_usage__re_rated') }} as re_rated
    on difference.product_offering_id = re_rated.product_offering_id
    and difference.product_offering_price_id = re_rated.product_offering_price_id
    and difference.currency_code = re_rated.currency_code
    and re_rated.started_at >= difference.from_at
    and re_rated.started_at < difference.to_at
inner join {{ ref('fct_rated_usage') }} as rated_usage
    on re_rated.rated_usage_id = rated_usage.rated_usage_id
inner join {{ ref('dim_product_offering') }} as offering
    on re_rated.product_offering_id = offering.product_offering_id
where
    re_rated.expected_amount <> re_rated.rated_amount
    and re_rated.allowance_units = re_rated.rated_allowance_units
    and not re_rated.is_crossing
    and (
        difference.difference = 'rounding'
        or (difference.valid_rates = 0 and re_rated.rated_amount = 0)
        or re_rated.rated_amount in (
            re_rated.charged_steps * difference.lowest_rate, re_rated.charged_steps * difference.highest_rate
        )
    )
