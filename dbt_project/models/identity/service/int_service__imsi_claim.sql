-- Which SIM, by IMSI and by ICCID, belongs to a service record, and when, as each system says.
-- Grain: record_id, system, imsi, iccid, valid_from. The register follows its daily dumps; inventory says from when to when a SIM was
-- in operation under a service; billing knows one IMSI a line, and no card.

with

record as (

    select * from {{ ref('int_service__conformed') }}

),

resource as (

    select
        imsi,
        min(iccid) as iccid
    from {{ ref('int_resource__conformed') }}
    where system = 'inventory'
        and resource_type = 'sim'
        and imsi is not null
    group by imsi
    having count(distinct iccid) = 1

),

register as (

    select
        record_id,
        imsi,
        iccid,
        valid_from,
        valid_to
    from {{ ref('int_service__register_claim') }}

),

merged_register as (
    {{ merged_intervals('register', ['record_id', 'imsi', 'iccid']) }}
)

select record_id, 'subscribers' as system, imsi, iccid, valid_from, valid_to
from merged_register
union all
select
    tenure.record_id,
    'inventory' as system,
    tenure.imsi,
    resource.iccid,
    tenure.valid_from,
    tenure.valid_to
from {{ ref('int_service__sim_tenure') }} as tenure
left join resource
    on tenure.imsi = resource.imsi
union all
select
    record_id,
    'billing' as system,
    imsi,
    cast(null as string) as iccid,
    valid_from,
    valid_to
from record
where system = 'billing'
    and imsi is not null
