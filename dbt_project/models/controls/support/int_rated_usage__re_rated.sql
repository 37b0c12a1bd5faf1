-- What each rated event should have cost, by the catalogue alone. Grain: rated_usage_id.
-- Independent: quantity, zone and start come from mediation's record, the offering from the plan at the start of the
-- event, price, rounding, tariff period and allowance from the catalogue. Billing's rate table, steps and price are never
-- read; what billing did stands beside it, to compare. Left out: what no completed run has to charge yet, reversed rows
-- and reversals, and copies of an event, which nobody owes and which use up no allowance.

with

evidence as (
    select
        rated_usage.rated_usage_id as event_key,
        rated_usage.subscription_id_billing,
        rated_usage.product_offering_id,
        coalesce(usage_event.usage_type, rated_usage.usage_type) as usage_type,
        coalesce(usage_event.zone, rated_usage.zone) as zone,
        coalesce(usage_event.quantity, rated_usage.quantity) as quantity,
        coalesce(usage_event.started_at, rated_usage.started_at) as started_at,
        rated_usage.currency_code,
        rated_usage.charge_bill_run_id as bill_run_id,
        -- billing numbers its rows as it rates them
        rated_usage.rated_usage_id as tie_break,
        rated_usage.subscription_id_billing as product_holder,
        rated_usage.billing_account_id as account_holder,
        rated_usage.amount as rated_amount,
        rated_usage.allowance_units as rated_allowance_units,
        rated_usage.event_month
    from {{ ref('fct_rated_usage') }} as rated_usage
    left join {{ ref('fct_usage') }} as usage_event
        on rated_usage.event_reference = usage_event.event_reference
    left join {{ ref('int_rated_usage__repeat') }} as copy
        on rated_usage.rated_usage_id = copy.rated_usage_id
    where
        rated_usage.charge_bill_run_id is not null
        and not rated_usage.is_reversed
        and not rated_usage.is_reversal
        and copy.rated_usage_id is null
),

re_rated as (
    {{ re_rated(
        'evidence',
        ref('int_usage_allowance__grant'),
        ['subscription_id_billing', 'rated_amount', 'rated_allowance_units', 'event_month']
    ) }}
)

select
    event_key as rated_usage_id,
    subscription_id_billing,
    product_offering_id,
    product_offering_price_id,
    allowance_price_id,
    usage_type,
    zone,
    bill_run_id,
    currency_code,
    started_at,
    event_month,
    quantity,
    charge_units,
    allowance_units,
    charged_steps,
    unit_size,
    unit_price,
    is_crossing,
    expected_amount,
    unpriced_reason,
    rated_allowance_units,
    rated_amount
from re_rated
