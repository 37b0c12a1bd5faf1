-- Which usage price holds when, one day at a time. Grain: product_offering_id, usage_type, zone, currency_code, UTC
-- day, from_at. A price with a tariff period holds in the local hours of its windows (dim_tariff_window), any other
-- all day long; both within its validity. Validities and windows are cut where any of them begins or ends, so that an
-- instant falls into one row at most: a row with more than one price is an overlap, an instant in no row a gap. One
-- row a day makes finding the price of an event an equi-join, however many events there are.

with

price as (
    select * from {{ ref('dim_product_offering_price') }} where price_type = 'usage'
),

allowance as (
    select * from {{ ref('dim_usage_allowance') }}
),

event_day as (
    select distinct cast(started_at as date) as event_date from {{ ref('fct_rated_usage') }}
    union
    select distinct cast(started_at as date) as event_date from {{ ref('fct_usage') }}
),

-- A use may run into the next day; a local day touches two UTC days.
day as (
    {% for days in [-1, 0, 1] %}
    select cast({{ dbt.dateadd('day', days, 'event_date') }} as date) as day_date
    from event_day
    {{ 'union' if not loop.last }}
    {% endfor %}
),

day_kind as (
    select
        day_date,
        -- 1900-01-01 was a Monday
        case when {{ dbt.datediff("cast('1900-01-01' as date)", 'day_date', 'day') }} % 7 < 5 then 'weekday' else 'weekend' end
            as day_type
    from day
),

window_stretch as (
    select
        tariff_window.product_offering_price_id,
        {{ local_to_utc(dbt.dateadd('minute', 'tariff_window.from_minute', 'cast(day_kind.day_date as timestamp)'), var('home_time_zone')) }}
            as opens_at,
        {{ local_to_utc(dbt.dateadd('minute', 'tariff_window.to_minute', 'cast(day_kind.day_date as timestamp)'), var('home_time_zone')) }}
            as closes_at
    from {{ ref('dim_tariff_window') }} as tariff_window
    inner join day_kind
        on tariff_window.day_type in ('any', day_kind.day_type)
),

open_stretch as (
    select
        price.*,
        price.valid_from as opens_at,
        price.valid_to as closes_at
    from price
    where price.tariff_period is null
    union all
    select
        price.*,
        greatest(price.valid_from, window_stretch.opens_at) as opens_at,
        least(price.valid_to, window_stretch.closes_at) as closes_at
    from price
    inner join window_stretch
        on price.product_offering_price_id = window_stretch.product_offering_price_id
    where price.tariff_period is not null
),

stretch as (
    select
        open_stretch.*,
        day.day_date as event_date,
        greatest(open_stretch.opens_at, cast(day.day_date as timestamp)) as from_at,
        least(open_stretch.closes_at, {{ dbt.dateadd('day', 1, 'cast(day.day_date as timestamp)') }}) as to_at
    from open_stretch
    inner join day
        on open_stretch.opens_at < {{ dbt.dateadd('day', 1, 'cast(day.day_date as timestamp)') }}
        and open_stretch.closes_at > cast(day.day_date as timestamp)
),

edge as (
    select product_offering_id, usage_type, zone, currency_code, event_date, from_at as edge_at from stretch where from_at < to_at
    union
    select product_offering_id, usage_type, zone, currency_code, event_date, to_at as edge_at from stretch where from_at < to_at
),

piece as (
    select
        *,
        lead(edge_at) over (
            partition by product_offering_id, usage_type, zone, currency_code, event_date
            order by edge_at nulls last
        ) as next_edge_at
    from edge
),

valid as (
    select
        piece.product_offering_id,
        piece.usage_type,
        piece.zone,
        piece.currency_code,
        piece.event_date,
        piece.edge_at as from_at,
        piece.next_edge_at as to_at,
        count(*) as valid_prices,
        min(stretch.product_offering_price_id) as product_offering_price_id,
        min(stretch.unit_size) as unit_size,
        min(stretch.minimum_units) as minimum_units,
        min(stretch.price_amount) as price_amount,
        max(case when stretch.period_rule = 'split' and stretch.unit_of_measure = 'second' then 1 else 0 end) = 1 as is_split
    from piece
    inner join stretch
        on piece.product_offering_id = stretch.product_offering_id
        and piece.usage_type = stretch.usage_type
        and piece.zone = stretch.zone
        and piece.currency_code = stretch.currency_code
        and piece.event_date = stretch.event_date
        and piece.edge_at >= stretch.from_at
        and piece.next_edge_at <= stretch.to_at
    where piece.next_edge_at is not null
    group by
        piece.product_offering_id, piece.usage_type, piece.zone, piece.currency_code, piece.event_date, piece.edge_at,
        piece.next_edge_at
)

select
    valid.product_offering_id,
    valid.usage_type,
    valid.zone,
    valid.currency_code,
    valid.event_date,
    valid.from_at,
    valid.to_at,
    valid.valid_prices,
    case when valid.valid_prices = 1 then valid.product_offering_price_id end as product_offering_price_id,
    case when valid.valid_prices = 1 then valid.unit_size end as unit_size,
    case when valid.valid_prices = 1 then valid.minimum_units end as minimum_units,
    case when valid.valid_prices = 1 then valid.price_amount end as price_amount,
    valid.is_split,
    allowance.product_offering_price_id as allowance_price_id,
    coalesce(allowance.is_shared, false) as is_shared
from valid
left join allowance
    on valid.product_offering_id = allowance.product_offering_id
    and valid.usage_type = allowance.usage_type
    and valid.zone = allowance.zone
    and valid.from_at >= allowance.valid_from
    and valid.from_at < allowance.valid_to
