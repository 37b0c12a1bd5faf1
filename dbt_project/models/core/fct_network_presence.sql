-- When the network held a service: the register's daily dumps as intervals, and inventory's services beside them.
-- Grain: system, source_key, valid_from. service_id is null for a subscriber that belongs to no service; test and staff SIMs stay in.
-- A SIM that services had in turn is present for each of them in its time.

with

register_claim as (

    select * from {{ ref('int_service__register_claim') }}

),

inventory as (

    select * from {{ ref('int_service__conformed') }}
    where system = 'inventory'

),

cluster as (

    select * from {{ ref('int_service__cluster') }}

),

presence as (

    select
        record_id,
        'subscribers' as system,
        imsi as source_key,
        service_number,
        imsi,
        profile,
        coalesce(vocabulary.canonical_value, 'inactive') as state,
        valid_from,
        valid_to
    from register_claim
    {{ join_vocabulary('network_presence', 'subscribers', 'state_code', 'vocabulary') }}
    union all
    select
        inventory.record_id,
        'inventory' as system,
        inventory.source_key,
        inventory.service_number,
        cast(null as string) as imsi,
        cast(null as string) as profile,
        -- a service that has ended was active until its end
        case
            when inventory.status = 'terminated' and inventory.ended_at is not null then 'active'
            else coalesce(vocabulary.canonical_value, 'inactive')
        end as state,
        inventory.valid_from,
        inventory.valid_to
    from inventory
    {{ join_vocabulary('network_presence', 'inventory', 'inventory.status_code', 'vocabulary') }}

)

select
    {{ hash_key(['presence.system', 'presence.source_key', 'presence.valid_from']) }} as presence_id,
    cluster.service_id,
    presence.system,
    presence.source_key,
    presence.service_number,
    presence.imsi,
    presence.profile,
    presence.state,
    presence.valid_from,
    presence.valid_to
from presence
left join cluster
    on presence.record_id = cluster.record_id
where presence.valid_from < presence.valid_to
