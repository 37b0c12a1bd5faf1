-- X2: use abroad that a visited network charges and retail does not, or under another zone. Grain: claim_key.
-- Judged is what subscribers began themselves, in commercial files that came at least X2.days_to_rate days ago, of partners with a zone.
-- Without a record in our own usage the whole charge is missing; with one, the record must stand in the partner's zone. Either
-- is priced by the catalogue at that instant, after what is left of the allowance, if the plan has one for it.

with

judged as (
    select event.*
    from {{ ref('fct_roaming_event') }} as event
    cross join {{ ref('int_control__data_day') }} as today
    where
        not event.is_received
        and not event.is_test
        and event.zone is not null
        and event.service_id is not null
        and {{ dbt.datediff(local_date('event.file_available_at'), 'today.data_day', 'day') }}
        >= {{ control_parameter('X2', 'days_to_rate', 'integer') }}
),

-- never among our usage: due in the run whose period it began in
missing as (
    select
        'roaming_event:' || judged.roaming_event_id as event_key,
        judged.roaming_event_id,
        judged.visited_network,
        judged.usage_type,
        judged.zone,
        judged.quantity,
        judged.started_at,
        subscription.subscription_id_billing,
        subscription.billing_account_id,
        subscription.customer_id,
        subscription.service_id,
        plan.product_offering_id,
        currency.currency_code,
        run.bill_run_id,
        cast(null as bigint) as rated_usage_id,
        cast(null as string) as event_reference,
        cast(null as string) as rated_zone,
        cast(0 as decimal(18, 6)) as rated_amount
    from judged
    {{ join_payer('judged') }}
    where judged.event_reference is null
),

-- rated, but in another place than the partner says
misplaced as (
    select
        'rated_usage:' || cast(rated.rated_usage_id as string) as event_key,
        judged.roaming_event_id,
        judged.visited_network,
        rated.usage_type,
        judged.zone,
        re_rated.quantity,
        re_rated.started_at,
        rated.subscription_id_billing,
        rated.billing_account_id,
        rated.customer_id,
        rated.service_id,
        rated.product_offering_id,
        rated.currency_code,
        re_rated.bill_run_id,
        rated.rated_usage_id,
        rated.event_reference,
        re_rated.zone as rated_zone,
        rated.amount as rated_amount
    from judged
    inner join {{ ref('fct_rated_usage') }} as rated
        on judged.event_reference = rated.event_reference
    inner join {{ ref('int_rated_usage__re_rated') }} as re_rated
        on rated.rated_usage_id = re_rated.rated_usage_id
    -- premium-rate and free services are charged as such wherever they are used
    inner join (select distinct zone from {{ ref('roaming_partner') }} union select 'national' as zone) as place
        on re_rated.zone = place.zone
    where re_rated.zone <> judged.zone
),

evidence as (
    select
        *,
        event_key as tie_break,
        subscription_id_billing as product_holder,
        billing_account_id as account_holder
    from (
        select * from missing
        union all
        select * from misplaced
    ) as event
),

priced as (
    {{ re_rated('evidence', ref('int_usage_allowance__left_over'), [
        'roaming_event_id', 'visited_network', 'subscription_id_billing', 'billing_account_id', 'customer_id', 'service_id',
        'rated_usage_id', 'event_reference', 'rated_zone', 'rated_amount'
    ]) }}
)

select
    event_key as claim_key,
    'X2' as control_id,
    roaming_event_id,
    visited_network,
    rated_usage_id,
    event_reference,
    subscription_id_billing,
    billing_account_id,
    customer_id,
    service_id,
    product_offering_id,
    product_offering_price_id,
    allowance_price_id,
    usage_type,
    zone,
    rated_zone,
    bill_run_id,
    currency_code,
    quantity,
    allowance_units,
    charged_steps as expected_steps,
    unit_price as expected_unit_price,
    expected_amount,
    rated_amount,
    expected_amount - rated_amount as difference_amount
from priced
where expected_amount <> rated_amount
