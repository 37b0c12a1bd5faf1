-- SIM cards that are for the operator's own use, and whether that entitles them to traffic.

with

sim_purpose as (
    select * from {{ ref('int_sim_purpose__from_inventory') }}
)

select
    sim_purpose.resource_id_inventory,
    sim_purpose.imsi,
    sim_purpose.purpose,
    coalesce(known.is_entitled, false) as is_entitled,
    sim_purpose.valid_until
from sim_purpose
left join {{ ref('sim_purpose') }} as known
    on sim_purpose.purpose = known.purpose
