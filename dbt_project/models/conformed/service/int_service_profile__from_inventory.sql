-- What the network lets through for a service, by inventory. Grain: one row per service with a speed.

with

service as (
    select * from {{ ref('stg_inventory__service') }}
),

read as (
    select
        service_id_inventory,
        {{ characteristic_value('service_characteristic', 'downstreamSpeed') }} as downstream_speed,
        {{ characteristic_value('service_characteristic', 'speedProfileSince') }} as profile_since
    from service
)

select
    {{ record_id('inventory', 'service', 'service_id_inventory') }} as record_id,
    service_id_inventory,
    try_cast(downstream_speed as integer) as downstream_mbps,
    {{ iso_to_utc('profile_since') }} as provisioned_at
from read
where downstream_speed is not null
