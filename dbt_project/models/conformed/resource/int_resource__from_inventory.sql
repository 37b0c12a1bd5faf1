-- Inventory's resources (TMF639) in canonical columns. Grain: one row per resource.
-- place is the site that holds it, a relationship isContainedBy its next larger part (port → access node).

{{ config(materialized='view') }}

with

resource as (

    select * from {{ ref('stg_inventory__resource') }}

),

read as (

    select
        *,
        {{ characteristic_value('resource_characteristic', 'imsi') }} as imsi,
        {{ characteristic_value('resource_characteristic', 'iccid') }} as iccid,
        {{ characteristic_value('resource_characteristic', 'technology') }} as technology,
        {{ characteristic_value('resource_characteristic', 'cellId') }} as cell_identity,
        {{ characteristic_value('resource_characteristic', 'latitude') }} as latitude,
        {{ characteristic_value('resource_characteristic', 'longitude') }} as longitude,
        {{ json_array_find('resource_relationship', '$.relationshipType', 'isContainedBy', '$.resource.id') }} as parent_id
    from resource

)

select
    {{ record_id('inventory', 'resource', 'resource_id_inventory') }} as record_id,
    'inventory' as system,
    'resource' as entity,
    resource_id_inventory as source_key,
    {{ record_id('inventory', 'resource', 'site_id') }} as site_record_id,
    {{ record_id('inventory', 'resource', 'parent_id') }} as parent_record_id,
    resource_name,
    cast(null as string) as alternative_name,
    cell_identity,
    resource_type as resource_type_code,
    imsi,
    iccid,
    technology,
    operational_state,
    try_cast(latitude as decimal(9, 6)) as latitude,
    try_cast(longitude as decimal(9, 6)) as longitude,
    started_at as known_since_at,
    started_at,
    ended_at,
    cast(null as timestamp) as changed_at
from read
