-- Records that found no counterpart in a system where one is expected (seed counterpart), with the reason. Nothing is dropped in
-- silence: in telecoms the unlinked are often the leakage. Grain: entity, system, source_entity, source_key, expected_systems.

with

member as (

    select * from {{ ref('int_record__member') }}

),

counterpart as (

    select * from {{ ref('counterpart') }}

),

cluster_system as (

    select distinct
        entity,
        entity_id,
        system
    from member

),

found as (

    select distinct
        cluster_system.entity,
        cluster_system.entity_id,
        counterpart.system,
        counterpart.expected_systems
    from cluster_system
    inner join counterpart
        on cluster_system.entity = counterpart.entity
        and instr(concat_ws('', ' ', counterpart.expected_systems, ' '), concat_ws('', ' ', cluster_system.system, ' ')) > 0

)

select
    {{ hash_key(['member.entity', 'member.record_id', 'counterpart.expected_systems']) }} as unlinked_record_id,
    member.entity,
    member.system,
    member.source_entity,
    member.source_key,
    member.entity_id,
    member.label,
    counterpart.expected_systems,
    member.reference,
    case
        when member.entity = 'resource' and member.system = 'alarms' then 'name_unknown'
        when member.reference is not null then 'reference_leads_nowhere'
        when member.system = 'billing' then 'no_reference_and_no_match'
        else 'nobody_refers_to_it'
    end as reason,
    counterpart.reason as expectation,
    member.is_live
from member
inner join counterpart
    on member.entity = counterpart.entity
    and member.system = counterpart.system
left join found
    on member.entity = found.entity
    and member.entity_id = found.entity_id
    and member.system = found.system
    and counterpart.expected_systems = found.expected_systems
where found.entity_id is null
    and member.is_expected
