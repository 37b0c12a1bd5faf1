-- The golden resource. Grain: resource_id, for what inventory or the network register holds.
-- An object that only an alarm or an element manager names is no resource: it is listed as unlinked instead.

{% set systems = conformed_systems('resource') %}

with

winner as (

    select
        entity_id as resource_id,
        {{ resolved_attribute('resource_name', systems) }},
        {{ resolved_attribute('resource_type', systems) }},
        {{ resolved_attribute('imsi', systems) }},
        {{ resolved_attribute('iccid', systems) }},
        {{ resolved_attribute('technology', systems) }},
        {{ resolved_attribute('operational_state', systems) }},
        {{ resolved_attribute('site', systems) }},
        {{ resolved_attribute('parent', systems) }},
        {{ resolved_attribute('latitude', systems, 'decimal(9, 6)') }},
        {{ resolved_attribute('longitude', systems, 'decimal(9, 6)') }},
        {{ resolved_attribute('valid_from', systems, 'timestamp') }},
        {{ resolved_attribute('valid_to', systems, 'timestamp') }}
    from {{ ref('int_resource__claim') }}
    group by entity_id

),

senior as (

    select distinct
        cluster.resource_id,
        conformed.system,
        case when conformed.system = 'inventory' then conformed.source_key end as resource_id_inventory
    from {{ ref('int_resource__cluster') }} as cluster
    inner join {{ ref('int_resource__conformed') }} as conformed
        on cluster.senior_record_id = conformed.record_id

)

select
    winner.*,
    senior.resource_id_inventory,
    -- plant that names no site and is a site is its own site
    case when winner.resource_type = 'site' then winner.resource_id else winner.site end as site_resource_id
from winner
inner join senior
    on winner.resource_id = senior.resource_id
where senior.system not in ('alarms', 'performance')
