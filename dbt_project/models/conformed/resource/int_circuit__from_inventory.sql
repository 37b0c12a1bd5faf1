-- Circuits that the operator leases, by inventory. Grain: one row per resource of type circuit.

with

resource as (
    select * from {{ ref('stg_inventory__resource') }}
    where {{ code_key('resource_type') }} = 'circuit'
)

select
    resource_id_inventory,
    {{ characteristic_value('resource_characteristic', 'circuitReference') }} as circuit_reference,
    {{ circuit_key(characteristic_value('resource_characteristic', 'circuitReference')) }} as circuit_key,
    {{ code_key(characteristic_value('resource_characteristic', 'circuitUse')) }} as circuit_use,
    {{ characteristic_value('resource_characteristic', 'supplier') }} as partner_id,
    {{ characteristic_value('resource_characteristic', 'supplierReference') }} as supplier_reference,
    {{ circuit_key(characteristic_value('resource_characteristic', 'supplierReference')) }} as supplier_key,
    {{ code_key(characteristic_value('resource_characteristic', 'supplierProduct')) }} as product_code,
    {{ characteristic_value('resource_characteristic', 'carriedService') }} as service_id_inventory,
    {{ characteristic_value('resource_characteristic', 'productOffering') }} as product_offering_id,
    {{ related_party_id('related_party', 'customer') }} as customer_reference,
    try_cast({{ characteristic_value('resource_characteristic', 'reservedUntil') }} as date) as reserved_until,
    started_at,
    ended_at
from resource
