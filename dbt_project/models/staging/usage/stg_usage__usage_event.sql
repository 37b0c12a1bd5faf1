-- One row per usage event of every counted file.
-- A view: one model reads it, and a copy of every event would be the build's largest write.

{{ config(materialized='view') }}

with

usage_event as (
    {{ current_rows('usage', 'usage_event') }}
)

select
    stream,
    file_sequence,
    record_sequence,
    usage_type,
    {{ clean_text('served_imsi') }} as served_imsi,
    served_number,
    {{ clean_text('other_party') }} as other_party,
    zone,
    cast(started_at as timestamp) as started_at,
    started_at_source,
    duration_seconds,
    uplink_bytes,
    downlink_bytes,
    {{ clean_text('cell_id') }} as cell_id,
    {{ clean_text('charging_id') }} as charging_id,
    partial_sequence,
    {{ clean_text('recording_entity') }} as recording_entity,
    local_sequence_number,
    {{ load_metadata() }}
from usage_event
