-- X2: use abroad that retail did not charge as it should. Grain: subscription, completed run and direction.
-- Amount: the catalogue's charge in the zone of the visited network minus what was rated, summed and rounded once.

with

candidate as (
    {{ owned_candidates('x2') }}
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
        min(visited_network) as visited_network,
        count(*) as events,
        sum(case when rated_usage_id is null then 1 else 0 end) as events_without_rating,
        {{ distinct_list("concat_ws('/', usage_type, coalesce(rated_zone, 'none'), zone)") }} as zones,
        min(roaming_event_id) as example_roaming_event_id,
        min(event_reference) as example_event_reference,
        sum(expected_amount) as expected_amount,
        sum(rated_amount) as rated_amount,
        sum(difference_amount) as difference_amount
    from event
    group by subscription_id_billing, bill_run_id, currency_code, direction
)

select
    'X2' as control_id,
    summed.direction,
    summed.customer_id,
    summed.billing_account_id,
    summed.service_id,
    concat_ws(':', 'billing.subscription', summed.subscription_id_billing) as subject_key,
    {{ subscription_source_keys('summed') }} as source_keys,
    {{ json_object_text([
        ('events', 'summed.events'),
        ('events_without_rating', 'summed.events_without_rating'),
        ('zones', 'summed.zones'),
        ('expected_amount', 'cast(summed.expected_amount as string)'),
        ('rated_amount', 'cast(summed.rated_amount as string)'),
        ('example_roaming_event_id', 'summed.example_roaming_event_id'),
        ('example_event_reference', 'summed.example_event_reference'),
    ]) }} as evidence,
    'roaming_partner' as root_cause_type,
    summed.visited_network as root_cause_key,
    run.period_start,
    run.period_end,
    cast(round(abs(summed.difference_amount), 2) as decimal(18, 2)) as amount,
    summed.currency_code,
    false as is_estimate
from summed
inner join {{ ref('fct_bill_run') }} as run
    on summed.bill_run_id = run.bill_run_id
left join {{ ref('int_service__source_key') }} as source_key
    on summed.service_id = source_key.service_id
where abs(summed.difference_amount) >= {{ control_parameter('X2', 'rounding_tolerance', 'decimal(18, 6)') }}
