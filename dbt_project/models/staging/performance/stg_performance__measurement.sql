-- One row per measured value of every counted file.
-- A view: one model reads it, and a copy of every value would be a large write.

{{ config(materialized='view') }}

with

measurement as (
    {{ current_rows('performance', 'measurement') }}
)

select
    element_manager,
    {{ clean_text('sender') }} as sender,
    {{ clean_text('vendor_name') }} as vendor_name,
    {{ clean_text('dn_prefix') }} as dn_prefix,
    managed_element,
    {{ clean_text('user_label') }} as user_label,
    {{ clean_text('measurement_info') }} as measurement_info,
    cast(period_end_at as timestamp) as period_end_at,
    period_end_at_source,
    granularity_seconds,
    measured_object,
    counter,
    value,
    is_suspect,
    {{ load_metadata() }}
from measurement
