-- One row per alarm in its latest state, at the resource and the site that it is about.
-- Fault management spells resources its own way, so names meet in a normalised form; an inventory id is taken as such.
-- Where a name was used more than once, the resource that was in service when the alarm was raised wins.

with

alarm as (
    select * from {{ ref('int_alarm__from_alarms') }}
),

network_resource as (
    select
        resource_id,
        resource_id_inventory,
        {{ resource_name_key('resource_name') }} as resource_name_key,
        case when resource_type = 'site' then resource_id else site_resource_id end as site_resource_id,
        valid_from,
        valid_to
    from {{ ref('dim_resource') }}
    where resource_type <> 'sim'
),

matched as (
    select alarm.alarm_id, alarm.raised_at, network_resource.*, 0 as match_order
    from alarm
    inner join network_resource on alarm.alarmed_object_id = network_resource.resource_id_inventory
    union all
    select alarm.alarm_id, alarm.raised_at, network_resource.*, 1 as match_order
    from alarm
    inner join network_resource on alarm.resource_name_key = network_resource.resource_name_key
),

ranked as (
    select
        alarm_id,
        resource_id,
        site_resource_id,
        row_number() over (
            partition by alarm_id
            order by
                match_order nulls last,
                case when raised_at >= valid_from and raised_at < valid_to then 0 else 1 end nulls last,
                valid_from desc nulls last,
                resource_id nulls last
        ) as match_rank
    from matched
)

select
    alarm.alarm_id,
    alarm.alarm_id_alarms,
    ranked.resource_id,
    ranked.site_resource_id,
    alarm.alarmed_object_id,
    alarm.alarm_type,
    alarm.perceived_severity,
    alarm.probable_cause,
    alarm.specific_problem,
    alarm.state,
    alarm.is_service_affecting,
    cast({{ epoch_seconds('alarm.cleared_at') }} - {{ epoch_seconds('alarm.raised_at') }} as bigint) as duration_seconds,
    alarm.raised_at,
    alarm.changed_at,
    alarm.cleared_at
from alarm
left join ranked on alarm.alarm_id = ranked.alarm_id and ranked.match_rank = 1
