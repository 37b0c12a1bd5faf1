-- One row per number range and file date: every list side by side.
-- A view: few models read it.

{{ config(materialized='view') }}

with

number_range as (
    {{ all_rows('partners', 'number_range') }}
)

select
    trim(number_prefix) as number_prefix,
    trim(partner_id) as partner_id,
    trim(destination) as destination,
    file_date,
    {{ load_metadata() }}
from number_range
