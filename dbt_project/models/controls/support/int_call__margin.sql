-- What each rated call to another network sells for by the catalogue, and costs at the carrier's rate. Grain: rated_usage_id.
-- As offered: the price of the list, before any allowance, which the monthly charge pays for at that price. What billing charged is never read,
-- so that a call that was rated wrongly is none of an offer's doing. Left out: calls from networks abroad, calls that the list has no single price
-- for, and those at a price of zero, which the monthly charge pays for as a whole.

with

priced as (
    select
        re_rated.product_offering_id,
        re_rated.product_offering_price_id,
        re_rated.currency_code,
        re_rated.rated_usage_id,
        re_rated.quantity as seconds,
        cast(re_rated.charge_units / nullif(re_rated.unit_size, 0) as bigint) as charged_steps,
        re_rated.unit_price,
        {{ local_date('re_rated.started_at') }} as call_date,
        usage_event.other_party
    from {{ ref('int_rated_usage__re_rated') }} as re_rated
    inner join {{ ref('fct_rated_usage') }} as rated_usage
        on re_rated.rated_usage_id = rated_usage.rated_usage_id
    inner join {{ ref('fct_usage') }} as usage_event
        on rated_usage.event_reference = usage_event.event_reference
    where
        re_rated.usage_type = 'voice'
        and re_rated.zone <> 'eu_roaming'
        and re_rated.unpriced_reason is null
        and not re_rated.is_crossing
        and re_rated.unit_price > 0
        and re_rated.quantity > 0
),

{{ called_network_ctes('priced') }},

cost as (
    select
        priced.rated_usage_id,
        max(matched.partner_id) as partner_id,
        max(matched.destination) as destination,
        count(rate.interconnect_rate_id) as rates,
        max(rate.interconnect_rate_id) as interconnect_rate_id,
        max(rate.rate_per_minute) as rate_per_minute
    from priced
    inner join matched
        on priced.other_party = matched.other_party
        and matched.match_rank = 1
    left join {{ ref('dim_interconnect_rate') }} as rate
        on matched.partner_id = rate.partner_id
        and matched.destination = rate.destination
        and rate.direction = 'outgoing'
        and priced.currency_code = rate.currency_code
        and priced.call_date >= rate.valid_from
        and priced.call_date < rate.valid_to
    group by priced.rated_usage_id
)

select
    priced.rated_usage_id,
    priced.product_offering_id,
    priced.product_offering_price_id,
    cost.partner_id,
    cost.destination,
    {{ month_start('priced.call_date') }} as call_month,
    priced.currency_code,
    cost.rates = 1 as is_costed,
    cost.interconnect_rate_id,
    priced.seconds,
    cost.rate_per_minute,
    priced.charged_steps,
    priced.unit_price,
    cast(priced.charged_steps * priced.unit_price as decimal(18, 6)) as list_amount,
    cast(priced.seconds * cost.rate_per_minute / 60 as decimal(18, 6)) as cost_amount
from priced
inner join cost
    on priced.rated_usage_id = cost.rated_usage_id
