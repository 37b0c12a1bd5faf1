-- One row per session total of every counted file.
-- A view: a filter over what landed.

{{ config(materialized='view') }}

with

session_total as (
    {{ current_rows('usage', 'session_total') }}
)

select
    stream,
    file_sequence,
    record_sequence,
    network_element,
    {{ clean_text('charging_id') }} as charging_id,
    usage_type,
    {{ clean_text('served_imsi') }} as served_imsi,
    served_number,
    cast(started_at as timestamp) as started_at,
    started_at_source,
    duration_seconds,
    uplink_bytes,
    downlink_bytes,
    records,
    {{ load_metadata() }}
from session_total
