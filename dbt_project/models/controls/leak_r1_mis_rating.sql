-- R1: rated at another amount than the catalogue says. Grain: subscription, completed run and direction.
-- Events rated too low and too high are added up apart; the net of both stands in the evidence of either finding.

with

candidate as (
    {{ owned_candidates('r1') }}
),

event as (
    select
        *,
        case when difference_amount > 0 then 'under' else 'over' end as direction
    from candidate
),

summed as (
    select
        subscription_id_billing,
        bill_run_id,
        currency_code,
        direction,
        max(customer_id) as customer_id,
        max(billing_account_id) as billing_account_id,
        max(service_id) as service_id,
        count(*) as events,
        {{ distinct_list("concat_ws('/', product_offering_id, usage_type, zone)") }} as tariffs,
        min(event_reference) as example_event_reference,
        min(rated_usage_id) as example_rated_usage_id,
        min(product_offering_price_id) as example_product_offering_price_id,
        sum(rated_amount) as rated_amount,
        sum(expected_amount) as expected_amount,
        sum(difference_amount) as difference_amount
    from event
    group by subscription_id_billing, bill_run_id, currency_code, direction
),

netted as (
    select
        *,
        sum(difference_amount) over (partition by subscription_id_billing, bill_run_id, currency_code)
            as net_difference_amount
    from summed
)

select
    'R1' as control_id,
    netted.direction,
    netted.customer_id,
    netted.billing_account_id,
    netted.service_id,
    concat_ws(':', 'billing.subscription', netted.subscription_id_billing) as subject_key,
    {{ json_object_text_without_nulls([
        ('billing.subscription', 'netted.subscription_id_billing'),
        ('billing.bill_run', 'netted.bill_run_id'),
        ('inventory.service', 'source_key.service_key_inventory'),
        ('subscribers.subscriber', 'source_key.subscriber_key'),
    ]) }} as source_keys,
    {{ json_object_text([
        ('events', 'netted.events'),
        ('tariffs', 'netted.tariffs'),
        ('rated_amount', 'cast(netted.rated_amount as string)'),
        ('expected_amount', 'cast(netted.expected_amount as string)'),
        ('net_difference_amount', 'cast(netted.net_difference_amount as string)'),
        ('example_event_reference', 'netted.example_event_reference'),
        ('example_rated_usage_id', 'netted.example_rated_usage_id'),
        ('example_product_offering_price_id', 'netted.example_product_offering_price_id'),
    ]) }} as evidence,
    'tariff' as root_cause_type,
    netted.example_product_offering_price_id as root_cause_key,
    run.period_start,
    run.period_end,
    cast(round(abs(netted.difference_amount), 2) as decimal(18, 2)) as amount,
    netted.currency_code,
    false as is_estimate
from netted
inner join {{ ref('fct_bill_run') }} as run
    on netted.bill_run_id = run.bill_run_id
left join {{ ref('int_service__source_key') }} as source_key
    on netted.service_id = source_key.service_id
where abs(netted.difference_amount) >= {{ control_parameter('R1', 'rounding_tolerance', 'decimal(18, 6)') }}
