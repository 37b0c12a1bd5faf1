-- Where billing's rate table says something else than the catalogue, whether anybody used it or not. Grain: offering,
-- usage type, zone, tariff period, currency, from_at.
-- Both sides are cut wherever a validity of either begins or ends. What the catalogue has twice can't be judged.

with

price as (
    select
        *,
        coalesce(tariff_period, '') as period_key
    from {{ ref('dim_product_offering_price') }}
    where price_type = 'usage'
),

rate as (
    select
        *,
        coalesce(tariff_period, '') as period_key
    from {{ ref('dim_rating_rate') }}
    where product_offering_id is not null
),

edge as (
    {% for relation in ['price', 'rate'] %}
    {% for edge in ['valid_from', 'valid_to'] %}
    select product_offering_id, usage_type, zone, period_key, currency_code, {{ edge }} as edge_at from {{ relation }}
    {{ 'union' if not loop.last }}
    {% endfor %}
    {{ 'union' if not loop.last }}
    {% endfor %}
),

piece as (
    select
        product_offering_id,
        usage_type,
        zone,
        period_key,
        currency_code,
        edge_at as from_at,
        lead(edge_at) over (
            partition by product_offering_id, usage_type, zone, period_key, currency_code
            order by edge_at nulls last
        ) as to_at
    from edge
),

{% for relation, key, amount in [
    ('price', 'product_offering_price_id', 'price_amount'), ('rate', 'rating_rate_id', 'unit_price'),
] %}
valid_{{ relation }} as (
    select
        piece.product_offering_id,
        piece.usage_type,
        piece.zone,
        piece.period_key,
        piece.currency_code,
        piece.from_at,
        piece.to_at,
        count({{ relation }}.{{ key }}) as valid_count,
        min({{ relation }}.{{ key }}) as first_key,
        min({{ relation }}.unit_size) as unit_size,
        min({{ relation }}.minimum_units) as minimum_units,
        min({{ relation }}.{{ amount }}) as lowest_price,
        max({{ relation }}.{{ amount }}) as highest_price
    from piece
    left join {{ relation }}
        on piece.product_offering_id = {{ relation }}.product_offering_id
        and piece.usage_type = {{ relation }}.usage_type
        and piece.zone = {{ relation }}.zone
        and piece.period_key = {{ relation }}.period_key
        and piece.currency_code = {{ relation }}.currency_code
        and piece.from_at >= {{ relation }}.valid_from
        and piece.to_at <= {{ relation }}.valid_to
    where piece.to_at is not null
    group by
        piece.product_offering_id, piece.usage_type, piece.zone, piece.period_key, piece.currency_code, piece.from_at,
        piece.to_at
),

{% endfor %}
entered as (
    select distinct product_offering_id, usage_type, zone, period_key, currency_code
    from rate
),

compared as (
    select
        valid_price.product_offering_id,
        valid_price.usage_type,
        valid_price.zone,
        nullif(valid_price.period_key, '') as tariff_period,
        valid_price.currency_code,
        valid_price.from_at,
        valid_price.to_at,
        case
            when valid_price.valid_count = 0 and valid_rate.valid_count > 0 then 'not_in_catalogue'
            when valid_price.valid_count <> 1 then null
            when valid_rate.valid_count > 1 then 'overlap'
            when valid_rate.valid_count = 0 and entered.product_offering_id is null then 'never_entered'
            when valid_rate.valid_count = 0 then 'gap'
            when valid_rate.lowest_price <> valid_price.lowest_price then 'price'
            when
                valid_rate.unit_size <> valid_price.unit_size or valid_rate.minimum_units <> valid_price.minimum_units
                then 'rounding'
        end as difference,
        case when valid_price.valid_count = 1 then valid_price.first_key end as product_offering_price_id,
        case when valid_price.valid_count = 1 then valid_price.lowest_price end as catalogue_price,
        valid_rate.first_key as rating_rate_id,
        valid_rate.valid_count as valid_rates,
        valid_rate.lowest_price as lowest_rate,
        valid_rate.highest_price as highest_rate
    from valid_price
    inner join valid_rate
        on valid_price.product_offering_id = valid_rate.product_offering_id
        and valid_price.usage_type = valid_rate.usage_type
        and valid_price.zone = valid_rate.zone
        and valid_price.period_key = valid_rate.period_key
        and valid_price.currency_code = valid_rate.currency_code
        and valid_price.from_at = valid_rate.from_at
    left join entered
        on valid_price.product_offering_id = entered.product_offering_id
        and valid_price.usage_type = entered.usage_type
        and valid_price.zone = entered.zone
        and valid_price.period_key = entered.period_key
        and valid_price.currency_code = entered.currency_code
)

select * from compared where difference is not null
