-- Which inventory service a SIM served, and when: one at a time. Grain: imsi, valid_from.
-- A SIM that a contract takes along, or that is used again, stands under several services in turn; where their times overlap the
-- service that began later counts: the earlier one was not ended in time.

with

record as (

    select * from {{ ref('int_service__conformed') }}
    where system = 'inventory'
        and coalesce(status, 'active') <> 'pending'

),

resource as (

    select * from {{ ref('int_resource__conformed') }}
    where system = 'inventory'
        and resource_type = 'sim'
        and imsi is not null

),

listed as (

    select
        resource.imsi,
        record.record_id,
        greatest(record.valid_from, coalesce(resource.started_at, record.valid_from)) as valid_from,
        least(record.valid_to, coalesce(resource.ended_at, record.valid_to)) as valid_to,
        record.valid_from as served_from
    from {{ ref('int_service__supporting_resource') }} as supporting_resource
    inner join record
        on supporting_resource.service_id_inventory = record.source_key
    inner join resource
        on supporting_resource.resource_id_inventory = resource.source_key

),

claim as (

    select * from listed
    where valid_from < valid_to

),

holder as (
    {{ best_claim_per_segment(
        'claim', ['imsi'], ['record_id'], [('served_from', 'desc'), ('record_id', 'asc')]
    ) }}
),

merged as (
    {{ merged_intervals('holder', ['imsi', 'record_id']) }}
)

select
    imsi,
    record_id,
    valid_from,
    valid_to
from merged
