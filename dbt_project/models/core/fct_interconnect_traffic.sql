-- One row per day, carrier, direction and destination: calls between the operator's network and others, as the operator itself counted them.
-- Outgoing calls come from mediation's records, each once however often it was delivered, and the network from the longest prefix of the
-- called number. What customers call from a network abroad never passes our own. Incoming calls are the gateway's.

with

called as (
    select
        coalesce(charging_id, usage_id) as charging_id,
        max(other_party) as other_party,
        max(quantity) as seconds,
        min({{ local_date('started_at') }}) as traffic_date
    from {{ ref('fct_usage') }}
    where usage_type = 'voice' and zone <> 'eu_roaming' and quantity > 0
    group by coalesce(charging_id, usage_id), coalesce(partial_sequence, 0)
),

{{ called_network_ctes('called') }}

select
    called.traffic_date,
    matched.partner_id,
    'outgoing' as direction,
    matched.destination,
    cast(count(distinct called.charging_id) as bigint) as calls,
    cast(sum(called.seconds) as bigint) as seconds
from called
inner join matched on called.other_party = matched.other_party and matched.match_rank = 1
group by called.traffic_date, matched.partner_id, matched.destination
union all
select
    traffic_date,
    partner_id,
    direction,
    destination,
    cast(calls as bigint) as calls,
    cast(seconds as bigint) as seconds
from {{ ref('int_interconnect_traffic__from_partners') }}
