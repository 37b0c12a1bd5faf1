-- What calls between our network and others cost by agreement, from our own counts. Grain: carrier, direction, destination, month and rate.

with

traffic as (
    select *, {{ month_start('traffic_date') }} as traffic_month
    from {{ ref('fct_interconnect_traffic') }}
),

rated as (
    select
        traffic.partner_id,
        traffic.direction,
        traffic.destination,
        traffic.traffic_month,
        traffic.calls,
        traffic.seconds,
        rate.interconnect_rate_id,
        rate.rate_per_minute,
        rate.currency_code,
        -- Days without a rate, or with several: nobody can say what is due.
        count(rate.interconnect_rate_id) over (
            partition by traffic.partner_id, traffic.direction, traffic.destination, traffic.traffic_date
        ) as rates
    from traffic
    left join {{ ref('dim_interconnect_rate') }} as rate
        on traffic.partner_id = rate.partner_id
        and traffic.direction = rate.direction
        and traffic.destination = rate.destination
        and traffic.traffic_date >= rate.valid_from
        and traffic.traffic_date < rate.valid_to
)

select
    partner_id,
    direction,
    destination,
    traffic_month,
    interconnect_rate_id,
    currency_code,
    min(rates) = 1 and max(rates) = 1 as is_priced,
    max(rate_per_minute) as rate_per_minute,
    sum(calls) as calls,
    sum(seconds) as seconds,
    cast(coalesce(sum(seconds) * max(rate_per_minute) / 60, 0) as decimal(18, 6)) as due_amount
from rated
group by partner_id, direction, destination, traffic_month, interconnect_rate_id, currency_code
