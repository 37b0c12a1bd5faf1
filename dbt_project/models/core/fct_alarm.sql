-- One row per alarm in its latest state, at the resource and the site that it is about.
-- Fault management spells resources its own way; the cross-reference says which of ours it means. Where a spelling has meant
-- several, the one that it meant when the alarm was raised counts.

with

alarm as (
    select * from {{ ref('int_alarm__from_alarms') }}
),

resource_link as (
    select source_key, resource_id, valid_from, valid_to
    from {{ ref('xref_resource') }}
    where system = 'alarms'
),

network_resource as (
    select
        resource_id,
        case when resource_type = 'site' then resource_id else site_resource_id end as site_resource_id
    from {{ ref('dim_resource') }}
),

linked as (
    select
        alarm.alarm_id,
        network_resource.resource_id,
        network_resource.site_resource_id,
        row_number() over (
            partition by alarm.alarm_id
            order by
                case
                    when alarm.raised_at >= resource_link.valid_from and alarm.raised_at < resource_link.valid_to then 0
                    else 1
                end nulls last,
                resource_link.valid_from desc nulls last,
                network_resource.resource_id nulls last
        ) as link_rank
    from alarm
    inner join resource_link on alarm.alarmed_object_id = resource_link.source_key
    inner join network_resource on resource_link.resource_id = network_resource.resource_id
)

select
    alarm.alarm_id,
    alarm.alarm_id_alarms,
    linked.resource_id,
    linked.site_resource_id,
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
left join linked on alarm.alarm_id = linked.alarm_id and linked.link_rank = 1
