-- What the usage of unbilled days would have cost. Grain: service, completed run, first unbilled day, catalogue price, and
-- apart from them calls that were charged by parts, which have no single unit price.
-- Re-rated from the catalogue like every rated event. The product's allowance of the run is drawn on by all usage of the
-- period in the order in which it began, billed or not, so that what billing did charge leaves the rest for the days that
-- it forgot; of a shared allowance the line has its own share. An event that mediation passed on twice was used once.
-- Without a catalogue price an event is worth nothing here.

with

candidate as (
    select
        candidate.service_id,
        candidate.bill_run_id,
        candidate.unbilled_from,
        candidate.product_offering_id,
        candidate.bill_month_days,
        candidate.period_end,
        greatest(candidate.period_start, {{ local_date('product.started_at') }}) as first_day,
        {{ local_to_utc('candidate.period_start', var('home_time_zone')) }} as period_start_at,
        {{ local_to_utc('candidate.unbilled_from', var('home_time_zone')) }} as unbilled_from_at,
        {{ local_to_utc('candidate.unbilled_to', var('home_time_zone')) }} as unbilled_to_at
    from {{ ref('int_product__unbilled_stretch') }} as candidate
    inner join {{ ref('dim_product') }} as product
        on candidate.product_id = product.product_id
),

grants as (
    select
        allowance.product_offering_price_id,
        concat_ws('|', candidate.service_id, cast(candidate.unbilled_from as string)) as holder,
        candidate.bill_run_id,
        {{ granted_units(
            'allowance.granted_units', dbt.datediff('candidate.first_day', 'candidate.period_end', 'day'), 'candidate.bill_month_days'
        ) }} as granted_units
    from candidate
    inner join (
        select distinct product_offering_price_id, product_offering_id, granted_units
        from {{ ref('dim_usage_allowance') }}
    ) as allowance
        on candidate.product_offering_id = allowance.product_offering_id
    where candidate.first_day < candidate.period_end
),

currency as (
    select * from {{ usage_currency() }} as offering
),

used as (
    select
        candidate.service_id,
        candidate.bill_run_id,
        candidate.unbilled_from,
        candidate.unbilled_from_at,
        candidate.product_offering_id,
        event.usage_type,
        event.zone,
        event.quantity,
        event.started_at,
        min(event.event_reference) as event_reference
    from candidate
    inner join {{ ref('fct_usage') }} as event
        on candidate.service_id = event.service_id
        and event.started_at >= candidate.period_start_at
        and event.started_at < candidate.unbilled_to_at
    group by
        candidate.service_id, candidate.bill_run_id, candidate.unbilled_from, candidate.unbilled_from_at,
        candidate.product_offering_id, event.usage_type, event.zone, event.other_party, event.partial_sequence,
        event.quantity, event.started_at
),

events as (
    select
        concat_ws('|', used.event_reference, used.bill_run_id, cast(used.unbilled_from as string), currency.currency_code)
            as event_key,
        used.*,
        currency.currency_code,
        used.event_reference as tie_break,
        concat_ws('|', used.service_id, cast(used.unbilled_from as string)) as product_holder,
        concat_ws('|', used.service_id, cast(used.unbilled_from as string)) as account_holder
    from used
    inner join currency
        on used.product_offering_id = currency.product_offering_id
),

re_rated as (
    {{ re_rated('events', 'grants', ['service_id', 'unbilled_from', 'unbilled_from_at']) }}
)

select
    service_id,
    bill_run_id,
    unbilled_from,
    product_offering_price_id,
    currency_code,
    is_crossing,
    case when not is_crossing then max(unit_price) end as unit_price,
    count(*) as usage_events,
    cast(sum(charged_steps) as bigint) as charged_steps,
    cast(sum(expected_amount) as decimal(18, 6)) as usage_amount
from re_rated
where
    started_at >= unbilled_from_at
    and expected_amount is not null
    and zone not in (select zone from {{ ref('usage_zone') }} where is_free_by_rule)
group by service_id, bill_run_id, unbilled_from, product_offering_price_id, currency_code, is_crossing
