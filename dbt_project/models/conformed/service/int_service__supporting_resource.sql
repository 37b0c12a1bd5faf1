-- Which resources inventory lists under each service. Grain: service_id_inventory, resource_id_inventory.

{{ config(materialized='view') }}

with

service as (

    select * from {{ ref('stg_inventory__service') }}

),

listed as (

    select
        service.service_id_inventory,
        {{ json_text('resource.element', '$.id') }} as resource_id_inventory
    from service
    {{ json_array_elements('service.supporting_resource', 'resource') }}

)

select distinct
    service_id_inventory,
    resource_id_inventory
from listed
where resource_id_inventory is not null
