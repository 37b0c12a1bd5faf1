-- One row per rated usage in its latest version.
-- A view: few models read it, few of its columns.

{{ config(materialized='view') }}

with

rated_usage as (
    {{ current_rows('billing', 'rated_usage') }}
)

select
    rated_usage_id,
    subscription_id,
    {{ clean_text('event_reference') }} as event_reference,
    reverses_rated_usage_id,
    {{ clean_text('served_number') }} as served_number,
    {{ clean_text('other_party') }} as other_party,
    usage_type,
    {{ clean_text('zone') }} as zone,
    cast(started_at as timestamp) as started_at,
    quantity,
    partial_sequence,
    allowance_units,
    charged_steps,
    rate_id,
    amount,
    currency_code,
    cast(rated_at as timestamp) as rated_at,
    bill_run_id,
    {{ load_metadata() }}
from rated_usage
