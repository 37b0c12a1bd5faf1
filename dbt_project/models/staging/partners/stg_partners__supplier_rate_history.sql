-- One row per supplier rate and file date: every list side by side.
-- A view: few models read it.

{{ config(materialized='view') }}

with

supplier_rate as (
    {{ all_rows('partners', 'supplier_rate') }}
)

select
    trim(supplier_rate_id) as supplier_rate_id,
    trim(partner_id) as partner_id,
    trim(product_code) as product_code,
    monthly_rate,
    notice_days,
    valid_from,
    valid_until,
    trim(currency_code) as currency_code,
    file_date,
    {{ load_metadata() }}
from supplier_rate
