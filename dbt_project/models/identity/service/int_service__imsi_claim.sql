-- Which IMSI belongs to a service record, and when, as each system says. Grain: record_id, imsi, valid_from.
-- The register follows its daily dumps; inventory says from when to when a SIM was in operation; billing knows one IMSI a line.

with

record as (

    select * from {{ ref('int_service__conformed') }}

),

resource as (

    select * from {{ ref('int_resource__conformed') }}
    where system = 'inventory'
        and resource_type = 'sim'
        and imsi is not null

),

supporting_resource as (

    select * from {{ ref('int_service__supporting_resource') }}

),

register as (

    select
        {{ record_id('subscribers', 'subscriber', 'imsi') }} as record_id,
        imsi,
        valid_from,
        valid_to
    from {{ ref('int_subscriber__interval') }}

),

merged_register as (
    {{ merged_intervals('register', ['record_id', 'imsi']) }}
)

select record_id, imsi, valid_from, valid_to
from merged_register
union all
select
    record.record_id,
    resource.imsi,
    greatest(record.valid_from, coalesce(resource.started_at, record.valid_from)) as valid_from,
    least(record.valid_to, coalesce(resource.ended_at, record.valid_to)) as valid_to
from record
inner join supporting_resource
    on record.source_key = supporting_resource.service_id_inventory
inner join resource
    on supporting_resource.resource_id_inventory = resource.source_key
where record.system = 'inventory'
union all
select
    record_id,
    imsi,
    valid_from,
    valid_to
from record
where system = 'billing'
    and imsi is not null
