-- Billing's subscriptions that stand for a line, as services in canonical columns. Grain: one row per such subscription.

{{ config(materialized='view') }}

with

product as (

    select * from {{ ref('int_product__conformed') }}
    where system = 'billing'

),

subscription as (

    select * from {{ ref('stg_billing__subscription') }}

)

select
    product.record_id,
    product.system,
    product.entity,
    product.source_key,
    cast(null as string) as customer_reference,
    product.customer_record_id,
    cast(null as string) as service_reference,
    product.product_reference,
    case subscription.number_type when 'MSISDN' then 'mobile' when 'LINE' then 'fixed' end as service_type,
    cast(null as string) as service_name,
    subscription.service_number as written_number,
    case subscription.number_type when 'MSISDN' then 'msisdn' when 'LINE' then 'line' end as number_type,
    nullif({{ regexp_replace_all('subscription.imsi', '[^0-9]', '') }}, '') as imsi,
    cast(null as string) as profile,
    product.status_code,
    product.status,
    product.needs_network_service,
    product.known_since_at,
    product.started_at,
    product.terminated_at as ended_at,
    product.changed_at
from product
inner join subscription
    on product.source_key = subscription.subscription_id
-- the reference of a leased line is no number of a service
where product.needs_network_service
    or (subscription.service_number is not null and coalesce(subscription.number_type, '') <> 'CIRCUIT')
