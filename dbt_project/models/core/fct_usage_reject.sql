-- One usage record that mediation rejected. Grain: usage_reject_id.
-- The served party becomes a service as in fct_usage. accepted_event_reference: the same record among those that
-- mediation did pass on, whenever that was: the corrected one, or the first of two copies. The same is what has the
-- session's number, kind and part, and the start where that could be read; without a number what has served party,
-- other party and start.

with

reject as (
    select * from {{ ref('int_usage_reject__from_usage') }}
),

{{ number_holders() }}

known_sims as (
    select distinct number_value from imsi_holders
),

same_record as (
    select reject.usage_reject_id, event.event_reference
    from {{ ref('fct_usage') }} as event
    inner join reject
        on event.charging_id = reject.charging_id
        and event.usage_type = reject.usage_type
        and coalesce(event.partial_sequence, 0) = coalesce(reject.partial_sequence, 0)
        and event.started_at = coalesce(reject.started_at, event.started_at)
    union all
    select reject.usage_reject_id, event.event_reference
    from {{ ref('fct_usage') }} as event
    inner join reject
        on event.served_number = reject.served_number
        and event.started_at = reject.started_at
        and event.other_party = reject.other_party
        and event.usage_type = reject.usage_type
    where reject.charging_id is null
),

accepted as (
    select usage_reject_id, min(event_reference) as event_reference
    from same_record
    group by usage_reject_id
)

select
    reject.usage_reject_id,
    coalesce(
        imsi_holders.service_id, case when known_sims.number_value is null then number_holders.service_id end
    ) as service_id,
    reject.stream,
    reject.reason_code,
    reject.usage_type,
    reject.zone,
    reject.served_imsi,
    reject.served_number,
    reject.other_party,
    reject.charging_id,
    reject.cell_id,
    reject.partial_sequence,
    reject.recording_entity,
    reject.local_sequence_number,
    cast(reject.quantity as bigint) as quantity,
    accepted.event_reference as accepted_event_reference,
    reject.started_at,
    reject.rejected_date
from reject
left join imsi_holders
    on reject.served_imsi = imsi_holders.number_value
    and reject.started_at >= imsi_holders.valid_from
    and reject.started_at < imsi_holders.valid_to
left join known_sims
    on reject.served_imsi = known_sims.number_value
left join number_holders
    on reject.served_number = number_holders.number_value
    and reject.started_at >= number_holders.valid_from
    and reject.started_at < number_holders.valid_to
left join accepted
    on reject.usage_reject_id = accepted.usage_reject_id
