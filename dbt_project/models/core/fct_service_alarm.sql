-- Which alarms concern which service: alarms on a resource that served it at that time, on the part that contains that resource,
-- or on its site. Grain: service_id, alarm_id. A mobile service is served by whatever cell is near, so its SIM leads to no alarm.

with

alarm as (
    select * from {{ ref('fct_alarm') }}
    where resource_id is not null
),

resource as (
    select * from {{ ref('dim_resource') }}
),

service_resource as (
    select * from {{ ref('bridge_service_resource') }}
),

service as (
    select
        service_id,
        customer_id
    from {{ ref('dim_service') }}
),

serving as (
    select service_id, resource_id, valid_from, valid_to, 'resource' as relation, 1 as distance
    from service_resource
    union all
    select service_resource.service_id, resource.parent_resource_id as resource_id,
        service_resource.valid_from, service_resource.valid_to, 'container' as relation, 2 as distance
    from service_resource
    inner join resource on service_resource.resource_id = resource.resource_id
    where resource.parent_resource_id is not null
    union all
    select service_resource.service_id, coalesce(resource.site_resource_id, parent.site_resource_id) as resource_id,
        service_resource.valid_from, service_resource.valid_to, 'site' as relation, 3 as distance
    from service_resource
    inner join resource on service_resource.resource_id = resource.resource_id
    left join resource as parent on resource.parent_resource_id = parent.resource_id
    where coalesce(resource.site_resource_id, parent.site_resource_id) is not null
),

ranked as (
    select
        serving.service_id,
        alarm.alarm_id,
        alarm.resource_id,
        serving.relation,
        alarm.perceived_severity,
        alarm.raised_at,
        alarm.cleared_at,
        row_number() over (
            partition by serving.service_id, alarm.alarm_id order by serving.distance asc nulls last
        ) as closeness
    from serving
    inner join alarm
        on serving.resource_id = alarm.resource_id
        and alarm.raised_at < serving.valid_to
        and coalesce(alarm.cleared_at, {{ open_end() }}) > serving.valid_from
)

select
    ranked.service_id,
    ranked.alarm_id,
    service.customer_id,
    ranked.resource_id,
    ranked.relation,
    ranked.perceived_severity,
    ranked.raised_at,
    ranked.cleared_at
from ranked
inner join service on ranked.service_id = service.service_id
where ranked.closeness = 1
