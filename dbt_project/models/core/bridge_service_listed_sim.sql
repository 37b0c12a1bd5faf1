-- Which SIM cards inventory lists under a service today.

with

supporting_resource as (
    select * from {{ ref('int_service__supporting_resource') }}
),

record as (
    select record_id, source_key
    from {{ ref('int_service__conformed') }}
    where system = 'inventory'
),

cluster as (
    select record_id, service_id
    from {{ ref('int_service__cluster') }}
),

card as (
    select source_key, imsi
    from {{ ref('int_resource__conformed') }}
    where system = 'inventory' and imsi is not null
)

select distinct
    cluster.service_id,
    card.imsi
from supporting_resource
inner join record
    on supporting_resource.service_id_inventory = record.source_key
inner join cluster
    on record.record_id = cluster.record_id
inner join card
    on supporting_resource.resource_id_inventory = card.source_key
