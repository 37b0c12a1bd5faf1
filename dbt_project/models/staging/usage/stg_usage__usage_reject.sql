-- One row per usage reject of every counted file.
-- A view: a filter over what landed.

{{ config(materialized='view') }}

with

usage_reject as (
    {{ current_rows('usage', 'usage_reject') }}
)

select
    stream,
    file_date,
    file_sequence,
    record_sequence,
    reason_code,
    original_record,
    {{ load_metadata() }}
from usage_reject
