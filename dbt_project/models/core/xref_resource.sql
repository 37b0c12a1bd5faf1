-- Which resource each source record is, by which rule. Grain: system, entity, source_key.

with

reference as (
    {{ cross_reference('resource', open_start(), open_end()) }}
)

select
    system,
    entity,
    source_key,
    resource_id,
    link_rule,
    valid_from,
    valid_to
from reference
-- an object that only alarms or element managers name is no resource
where resource_id in (select resource.resource_id from {{ ref('dim_resource') }} as resource)
