-- One row per resource: site, cell, access node, port or SIM. A resource without an end is still there.

with

resolved as (

    select * from {{ ref('int_resource__resolved') }}

)

select
    resource_id,
    resource_id_inventory,
    resource_name,
    resource_type,
    site_resource_id,
    parent as parent_resource_id,
    imsi,
    iccid,
    technology,
    operational_state,
    latitude,
    longitude,
    coalesce(valid_from, {{ open_start() }}) as valid_from,
    coalesce(valid_to, {{ open_end() }}) as valid_to,
    {{- resolved_provenance('resource') }}
from resolved
