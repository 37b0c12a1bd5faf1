-- Which resource serves which service, and when. Grain: service_id, resource_id, valid_from.
-- Inventory lists SIMs and ports under a service, with their own time in operation; a SIM that only the register has seen counts
-- for as long as it was there.

with

record as (

    select * from {{ ref('int_service__conformed') }}

),

resource as (

    select * from {{ ref('int_resource__conformed') }}

),

service_cluster as (

    select * from {{ ref('int_service__cluster') }}

),

resource_cluster as (

    select * from {{ ref('int_resource__cluster') }}

),

supporting_resource as (

    select * from {{ ref('int_service__supporting_resource') }}

),

served as (

    select
        service_cluster.service_id,
        resource_cluster.resource_id,
        greatest(record.valid_from, coalesce(resource.started_at, record.valid_from)) as valid_from,
        least(record.valid_to, coalesce(resource.ended_at, record.valid_to)) as valid_to
    from supporting_resource
    inner join record
        on record.system = 'inventory'
        and supporting_resource.service_id_inventory = record.source_key
    inner join resource
        on resource.system = 'inventory'
        and supporting_resource.resource_id_inventory = resource.source_key
    inner join service_cluster
        on record.record_id = service_cluster.record_id
    inner join resource_cluster
        on resource.record_id = resource_cluster.record_id
    union all
    select
        service_cluster.service_id,
        resource_cluster.resource_id,
        imsi_claim.valid_from,
        imsi_claim.valid_to
    from {{ ref('int_service__imsi_claim') }} as imsi_claim
    inner join service_cluster
        on imsi_claim.record_id = service_cluster.record_id
    inner join resource_cluster
        on imsi_claim.record_id = resource_cluster.record_id

),

real_interval as (

    select * from served
    where valid_from < valid_to

),

merged as (
    {{ merged_intervals('real_interval', ['service_id', 'resource_id']) }}
)

select
    service_id,
    resource_id,
    valid_from,
    valid_to
from merged
