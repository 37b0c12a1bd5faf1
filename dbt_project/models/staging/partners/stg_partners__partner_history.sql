-- One row per partner and file date: every list side by side.
-- A view: few models read it.

{{ config(materialized='view') }}

with

partner as (
    {{ all_rows('partners', 'partner') }}
)

select
    trim(partner_id) as partner_id,
    trim(partner_name) as partner_name,
    trim(partner_type) as partner_type,
    {{ clean_text('country_code') }} as country_code,
    file_date,
    {{ load_metadata() }}
from partner
