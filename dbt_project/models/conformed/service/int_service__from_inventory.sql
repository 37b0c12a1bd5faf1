-- Inventory's customer-facing services (TMF638) in canonical columns. Grain: one row per service.
-- Resource-facing services realise them and belong to nobody directly: they are left out.

{{ config(materialized='view') }}

with

service as (

    select * from {{ ref('stg_inventory__service') }}
    where coalesce(upper(category), 'CFS') = 'CFS'

),

status_vocabulary as (

    select * from {{ ref('status_vocabulary') }}
    where entity = 'service' and system = 'inventory'

),

read as (

    select
        *,
        {{ characteristic_value('service_characteristic', 'msisdn') }} as msisdn,
        {{ characteristic_value('service_characteristic', 'lineNumber') }} as line_number,
        {{ related_party_id('related_party', 'customer') }} as customer_reference
    from service

)

select
    {{ record_id('inventory', 'service', 'read.service_id_inventory') }} as record_id,
    'inventory' as system,
    'service' as entity,
    read.service_id_inventory as source_key,
    -- inventory names a customer by number, without saying of which CRM
    read.customer_reference,
    cast(null as string) as customer_record_id,
    cast(null as string) as service_reference,
    cast(null as string) as product_reference,
    lower(read.service_type) as service_type,
    read.service_name,
    coalesce(read.msisdn, read.line_number) as written_number,
    case when read.msisdn is not null then 'msisdn' when read.line_number is not null then 'line' end as number_type,
    cast(null as string) as imsi,
    cast(null as string) as profile,
    read.state as status_code,
    status_vocabulary.canonical_value as status,
    true as needs_network_service,
    read.started_at as known_since_at,
    read.started_at,
    read.ended_at,
    cast(null as timestamp) as changed_at
from read
left join status_vocabulary
    on {{ code_key('read.state') }} = status_vocabulary.source_value
