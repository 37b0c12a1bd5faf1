-- One use abroad, once, in the terms of our own usage. Grain: stream, file sequence, event number.
-- A partner that sends an event again in a later file repeats subscriber, kind, start and context: the first file counts.

with

call_event as (
    select * from {{ ref('stg_roaming__call_event') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by
                sender, file_type_indicator, imsi, event_type, tele_service_code, started_at, charging_id, partial_type,
                other_party
            order by file_available_at nulls last, file_sequence nulls last, event_number nulls last
        ) as copy_rank
    from call_event
)

select
    concat_ws('-', stream, cast(file_sequence as string), cast(event_number as string)) as roaming_event_id,
    sender as visited_network,
    event_type,
    case
        when event_type = 'gprs' then 'data'
        when tele_service_code in ('21', '22') then 'sms'
        else 'voice'
    end as usage_type,
    event_type = 'mtc' or coalesce(tele_service_code, '') = '21' as is_received,
    coalesce(file_type_indicator, '') = 'T' as is_test,
    file_available_at,
    imsi as served_imsi,
    msisdn as served_number,
    other_party,
    tele_service_code,
    cast(
        case
            when event_type = 'gprs' then coalesce(incoming_bytes, 0) + coalesce(outgoing_bytes, 0)
            when tele_service_code in ('21', '22') then 1
            else coalesce(duration_seconds, 0)
        end as bigint
    ) as quantity,
    charge_amount,
    currency_code,
    started_at
from ranked
where copy_rank = 1
