-- What the usage of unbilled days would have cost. Grain: service, completed run, first unbilled day, catalogue price.
-- Re-rated from the catalogue like R1's events: steps rounded up, price valid at the start, free zones free. An event
-- that mediation passed on twice was used once. Without a catalogue price an event is worth nothing here.

with

candidate as (
    select
        service_id,
        bill_run_id,
        unbilled_from,
        product_offering_id,
        {{ local_to_utc('unbilled_from', var('home_time_zone')) }} as unbilled_from_at,
        {{ local_to_utc('unbilled_to', var('home_time_zone')) }} as unbilled_to_at
    from {{ ref('int_product__unbilled_stretch') }}
),

used as (
    select distinct
        candidate.service_id,
        candidate.bill_run_id,
        candidate.unbilled_from,
        candidate.product_offering_id,
        event.usage_type,
        event.zone,
        event.other_party,
        event.partial_sequence,
        event.quantity,
        event.started_at
    from candidate
    inner join {{ ref('fct_usage') }} as event
        on candidate.service_id = event.service_id
        and event.started_at >= candidate.unbilled_from_at
        and event.started_at < candidate.unbilled_to_at
)

select
    used.service_id,
    used.bill_run_id,
    used.unbilled_from,
    price.product_offering_price_id,
    price.currency_code,
    price.price_amount as unit_price,
    count(*) as usage_events,
    cast(sum({{ charged_steps('used.quantity', 'price.unit_size') }}) as bigint) as charged_steps,
    cast(sum({{ charged_steps('used.quantity', 'price.unit_size') }}) * price.price_amount as decimal(18, 6))
        as usage_amount
from used
inner join {{ ref('usage_zone') }} as zone
    on used.zone = zone.zone
    and not zone.is_free_by_rule
inner join {{ ref('dim_product_offering_price') }} as price
    on used.product_offering_id = price.product_offering_id
    and price.price_type = 'usage'
    and used.usage_type = price.usage_type
    and used.zone = price.zone
    and used.started_at >= price.valid_from
    and used.started_at < price.valid_to
group by
    used.service_id, used.bill_run_id, used.unbilled_from, price.product_offering_price_id, price.currency_code,
    price.price_amount
