-- R1: rated events whose amount differs from the catalogue's. Grain: rated_usage_id.
-- Independent: quantity, zone and start come from mediation's record, the price from the catalogue at the start of
-- the event, under the offering that the subscription had then. Billing's rate table and step count are never read.
-- An event for which the catalogue has no price can't be judged and is no finding; zones that are free by rule are
-- worth zero.

with

rated_usage as (
    select *
    from {{ ref('fct_rated_usage') }}
    where charge_bill_run_id is not null and not is_reversed and not is_reversal
),

usage_events as (
    select event_reference, usage_type, zone, quantity, started_at from {{ ref('fct_usage') }}
),

zones as (
    select * from {{ ref('usage_zone') }}
),

prices as (
    select * from {{ ref('dim_product_offering_price') }} where price_type = 'usage'
),

evidence as (
    select
        rated_usage.*,
        coalesce(usage_events.usage_type, rated_usage.usage_type) as event_usage_type,
        coalesce(usage_events.zone, rated_usage.zone) as event_zone,
        coalesce(usage_events.quantity, rated_usage.quantity) as event_quantity,
        coalesce(usage_events.started_at, rated_usage.started_at) as event_started_at
    from rated_usage
    left join usage_events
        on rated_usage.event_reference = usage_events.event_reference
),

re_rated as (
    select
        evidence.*,
        prices.product_offering_price_id,
        {{ charged_steps('evidence.event_quantity', 'prices.unit_size') }} as expected_steps,
        case when zones.is_free_by_rule then cast(0 as decimal(18, 6)) else prices.price_amount end as expected_unit_price
    from evidence
    left join zones
        on evidence.event_zone = zones.zone
    left join prices
        on evidence.product_offering_id = prices.product_offering_id
        and evidence.event_usage_type = prices.usage_type
        and evidence.event_zone = prices.zone
        and evidence.currency_code = prices.currency_code
        and evidence.event_started_at >= prices.valid_from
        and evidence.event_started_at < prices.valid_to
),

priced as (
    select
        *,
        cast(expected_steps * expected_unit_price as decimal(18, 6)) as expected_amount
    from re_rated
)

select
    'rated_usage:' || cast(rated_usage_id as string) as claim_key,
    'R1' as control_id,
    rated_usage_id,
    event_reference,
    subscription_id_billing,
    billing_account_id,
    customer_id,
    service_id,
    product_offering_id,
    product_offering_price_id,
    event_usage_type as usage_type,
    event_zone as zone,
    charge_bill_run_id as bill_run_id,
    currency_code,
    amount as rated_amount,
    expected_steps,
    expected_unit_price,
    expected_amount,
    expected_amount - amount as difference_amount
from priced
where expected_amount <> amount
