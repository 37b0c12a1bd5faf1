-- The local hours in which a price with a tariff period holds.
-- The catalogue writes each window as a value of the characteristic tariffWindow: kind of day, from and to, such as
-- 'weekday 08:00-18:00'. A value that can't be read opens no window: the usage of those hours can't be priced then.

with

written as (

    select
        characteristic.product_offering_price_id,
        lower(characteristic.characteristic_value) as window_text
    from {{ ref('int_product_offering_price__characteristic') }} as characteristic
    inner join (
        select distinct product_offering_price_id
        from {{ ref('dim_product_offering_price') }}
        where tariff_period is not null
    ) as price
        on characteristic.product_offering_price_id = price.product_offering_price_id
    where characteristic.characteristic = 'tariffwindow'

),

parted as (

    select
        product_offering_price_id,
        {{ dbt.split_part('window_text', "' '", 1) }} as day_type,
        {{ dbt.split_part(dbt.split_part('window_text', "' '", 2), "'-'", 1) }} as from_text,
        {{ dbt.split_part(dbt.split_part('window_text', "' '", 2), "'-'", 2) }} as to_text
    from written

),

timed as (

    select
        product_offering_price_id,
        day_type,
        {% for name in ['from', 'to'] -%}
        try_cast({{ dbt.split_part(name ~ '_text', "':'", 1) }} as integer) * 60
        + try_cast({{ dbt.split_part(name ~ '_text', "':'", 2) }} as integer) as {{ name }}_minute
        {{- ',' if not loop.last }}
        {% endfor %}
    from parted

)

select distinct
    product_offering_price_id,
    day_type,
    from_minute,
    to_minute
from timed
where day_type in ('weekday', 'weekend', 'any') and from_minute < to_minute and from_minute >= 0 and to_minute <= 1440
