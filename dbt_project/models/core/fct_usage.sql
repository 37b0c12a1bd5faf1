-- One usage event as mediation passed it on. Grain: event_reference.
-- The served party becomes a service by what the bridge says at that instant: the IMSI first, because a SIM names one
-- subscriber, then the number, because fixed lines have no IMSI. A number counts only where the event's SIM is not known to be
-- another service's: after a number has changed hands, its former holder's SIM still names the former holder. An event that finds no
-- service stays, without one, and says why.

with

records as (
    select * from {{ ref('int_usage__from_usage') }}
),

{{ number_holders() }}

-- which services ever had a SIM
sim_owners as (
    select distinct number_value, service_id
    from imsi_holders
),

known_sims as (
    select distinct number_value
    from imsi_holders
),

-- when a number or SIM was first and last held by anybody
spans as (
    select
        case when number_type = 'imsi' then 'imsi' else 'number' end as identifier,
        number_value,
        min(valid_from) as first_held_at,
        max(valid_to) as last_held_until
    from {{ ref('bridge_service_number') }}
    where number_type <> 'iccid'
    group by case when number_type = 'imsi' then 'imsi' else 'number' end, number_value
),

held as (
    select
        records.*,
        imsi_holders.service_id as imsi_service_id,
        number_holders.service_id as number_service_id,
        -- looked up for the few events only that their SIM alone does not settle
        case when imsi_holders.service_id is null then records.served_imsi end as unsettled_imsi
    from records
    left join imsi_holders
        on records.served_imsi = imsi_holders.number_value
        and records.started_at >= imsi_holders.valid_from
        and records.started_at < imsi_holders.valid_to
    left join number_holders
        on records.served_number = number_holders.number_value
        and records.started_at >= number_holders.valid_from
        and records.started_at < number_holders.valid_to
),

judged as (
    select
        held.*,
        known_sims.number_value is not null and sim_owners.service_id is null as is_foreign_sim,
        coalesce(
            held.imsi_service_id,
            case when known_sims.number_value is null or sim_owners.service_id is not null then held.number_service_id end
        ) as service_id
    from held
    left join known_sims
        on held.unsettled_imsi = known_sims.number_value
    left join sim_owners
        on held.unsettled_imsi = sim_owners.number_value
        and held.number_service_id = sim_owners.service_id
),

unlinked as (
    select
        judged.*,
        case when service_id is null then served_number end as unlinked_number,
        case when service_id is null then served_imsi end as unlinked_imsi
    from judged
)

select
    unlinked.event_reference as usage_id,
    unlinked.event_reference,
    unlinked.service_id,
    unlinked.stream,
    unlinked.usage_type,
    unlinked.zone,
    unlinked.served_imsi,
    unlinked.served_number,
    unlinked.other_party,
    unlinked.charging_id,
    unlinked.cell_id,
    cast(unlinked.partial_sequence as bigint) as partial_sequence,
    unlinked.recording_entity,
    cast(unlinked.local_sequence_number as bigint) as local_sequence_number,
    cast(unlinked.quantity as bigint) as quantity,
    case
        when unlinked.service_id is not null then null
        when unlinked.is_foreign_sim and unlinked.number_service_id is not null then 'sim_of_another_service'
        when coalesce(number_span.number_value, imsi_span.number_value) is null then 'unknown_number'
        when unlinked.started_at < coalesce(number_span.first_held_at, imsi_span.first_held_at) then 'not_yet_held'
        when unlinked.started_at >= coalesce(number_span.last_held_until, imsi_span.last_held_until) then 'no_longer_held'
        else 'between_two_holders'
    end as unlinked_reason,
    unlinked.started_at,
    cast(date_trunc('month', {{ local_date('unlinked.started_at') }}) as date) as event_month
from unlinked
left join spans as number_span
    on number_span.identifier = 'number'
    and unlinked.unlinked_number = number_span.number_value
left join spans as imsi_span
    on imsi_span.identifier = 'imsi'
    and unlinked.unlinked_imsi = imsi_span.number_value
