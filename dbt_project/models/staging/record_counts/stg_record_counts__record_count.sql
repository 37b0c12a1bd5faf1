-- One row per record count of every counted file.
-- A view: a filter over what landed.

{{ config(materialized='view') }}

with

record_count as (
    {{ current_rows('record_counts', 'record_count') }}
)

select
    file_date,
    file_sequence,
    line_number,
    recording_entity,
    cast(period_start_at as timestamp) as period_start_at,
    period_start_at_source,
    cdr_type,
    records_written,
    unsuccessful_records,
    test_records,
    duration_seconds,
    uplink_bytes,
    downlink_bytes,
    first_local_sequence_number,
    last_local_sequence_number,
    {{ load_metadata() }}
from record_count
