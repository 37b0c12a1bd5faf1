-- What the network lets through for each service today, and since when.

with

profile as (
    select * from {{ ref('int_service_profile__from_inventory') }}
),

cluster as (
    select record_id, service_id
    from {{ ref('int_service__cluster') }}
)

select
    profile.service_id_inventory,
    cluster.service_id,
    profile.downstream_mbps,
    coalesce(profile.provisioned_at, {{ open_start() }}) as provisioned_at
from profile
inner join cluster
    on profile.record_id = cluster.record_id
