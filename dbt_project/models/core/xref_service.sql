-- Which service each source record is, by which rule, for as long as the record claims to hold. Grain: system, entity, source_key,
-- valid_from. A SIM that several services had in turn has a row for each of them; every other key stands for one service for good.

with

reference as (
    {{ cross_reference('service', 'record.valid_from', 'record.valid_to') }}
),

held as (

    select
        register_claim.imsi,
        cluster.service_id,
        register_claim.valid_from,
        register_claim.valid_to
    from {{ ref('int_service__register_claim') }} as register_claim
    inner join {{ ref('int_service__cluster') }} as cluster
        on register_claim.record_id = cluster.record_id

),

-- SIMs of one service keep the interval of their record, whatever gaps the register shows
handed_on as (

    select held.*
    from held
    inner join (
        select imsi
        from held
        group by imsi
        having count(distinct service_id) > 1
    ) as several
        on held.imsi = several.imsi

),

holder as (
    {{ merged_intervals('handed_on', ['imsi', 'service_id']) }}
)

select
    reference.system,
    reference.entity,
    reference.source_key,
    coalesce(holder.service_id, reference.service_id) as service_id,
    case when holder.service_id <> reference.service_id then 'sim_in_time' else reference.link_rule end as link_rule,
    coalesce(holder.valid_from, reference.valid_from) as valid_from,
    coalesce(holder.valid_to, reference.valid_to) as valid_to
from reference
left join holder
    on reference.system = 'subscribers'
    and reference.source_key = holder.imsi
