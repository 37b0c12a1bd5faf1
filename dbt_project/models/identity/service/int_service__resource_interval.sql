-- Which resource serves which service, and when. Grain: service_id, resource_id, valid_from.
-- Inventory lists SIMs and ports under a service, with their own time in operation; a SIM that only the register has seen counts
-- for as long as it was there. A resource serves customers in turn: when the service of another customer begins on it, it has left
-- the former one, whose service was not ended in time. Several services of one customer may share it.

with

record as (

    select * from {{ ref('int_service__conformed') }}

),

resource as (

    select * from {{ ref('int_resource__conformed') }}

),

register_sim as (

    select
        record_id,
        imsi
    from resource
    where system = 'subscribers'

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
        customer_cluster.customer_id,
        greatest(record.valid_from, coalesce(resource.started_at, record.valid_from)) as valid_from,
        least(record.valid_to, coalesce(resource.ended_at, record.valid_to)) as valid_to
    from supporting_resource
    inner join record
        on record.system = 'inventory'
        and coalesce(record.status, 'active') <> 'pending'
        and supporting_resource.service_id_inventory = record.source_key
    inner join resource
        on resource.system = 'inventory'
        and supporting_resource.resource_id_inventory = resource.source_key
    inner join service_cluster
        on record.record_id = service_cluster.record_id
    inner join resource_cluster
        on resource.record_id = resource_cluster.record_id
    left join {{ ref('int_customer__cluster') }} as customer_cluster
        on record.customer_record_id = customer_cluster.record_id

),

-- the next customer's first service on the same resource
followed as (

    select
        earlier.service_id,
        earlier.resource_id,
        earlier.valid_from,
        earlier.valid_to,
        min(later.valid_from) as followed_at
    from served as earlier
    left join served as later
        on earlier.resource_id = later.resource_id
        and earlier.service_id <> later.service_id
        and earlier.customer_id <> later.customer_id
        and earlier.valid_from < later.valid_from
    where earlier.valid_from < earlier.valid_to
    group by earlier.service_id, earlier.resource_id, earlier.valid_from, earlier.valid_to

),

real_interval as (

    select
        service_id,
        resource_id,
        valid_from,
        least(valid_to, coalesce(followed_at, valid_to)) as valid_to
    from followed
    union all
    select
        service_cluster.service_id,
        resource_cluster.resource_id,
        imsi_claim.valid_from,
        imsi_claim.valid_to
    from {{ ref('int_service__imsi_claim') }} as imsi_claim
    inner join service_cluster
        on imsi_claim.record_id = service_cluster.record_id
    inner join register_sim
        on imsi_claim.imsi = register_sim.imsi
    inner join resource_cluster
        on register_sim.record_id = resource_cluster.record_id
    where imsi_claim.system = 'subscribers'
        and imsi_claim.valid_from < imsi_claim.valid_to

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
