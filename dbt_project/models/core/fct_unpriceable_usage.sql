-- Rated usage that the catalogue gives no single price for, by the month in which it began.

with

re_rated as (

    select * from {{ ref('int_rated_usage__re_rated') }} where unpriced_reason is not null

)

select
    {{ hash_key(['product_offering_id', 'usage_type', 'zone', 'currency_code', 'unpriced_reason', 'event_month']) }}
        as unpriceable_usage_id,
    product_offering_id,
    usage_type,
    zone,
    currency_code,
    unpriced_reason as reason,
    event_month,
    min(started_at) as first_event_at,
    max(started_at) as last_event_at,
    cast(count(*) as bigint) as events,
    cast(sum(quantity) as bigint) as quantity,
    cast(sum(rated_amount) as decimal(18, 6)) as rated_amount
from re_rated
group by product_offering_id, usage_type, zone, currency_code, unpriced_reason, event_month
