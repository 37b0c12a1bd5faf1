-- One row per call event of every counted file.

with

call_event as (
    {{ current_rows('roaming', 'call_event') }}
)

select
    stream,
    file_sequence,
    event_number,
    event_type,
    sender,
    recipient,
    {{ clean_text('file_type_indicator') }} as file_type_indicator,
    cast(file_available_at as timestamp) as file_available_at,
    file_available_at_source,
    imsi,
    {{ clean_text('msisdn') }} as msisdn,
    {{ clean_text('other_party') }} as other_party,
    {{ clean_text('tele_service_code') }} as tele_service_code,
    cast(started_at as timestamp) as started_at,
    started_at_source,
    duration_seconds,
    incoming_bytes,
    outgoing_bytes,
    charging_id,
    {{ clean_text('partial_type') }} as partial_type,
    charge_amount,
    currency_code,
    {{ load_metadata() }}
from call_event
