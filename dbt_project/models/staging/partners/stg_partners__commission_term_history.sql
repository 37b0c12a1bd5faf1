-- One row per commission term and file date: every list side by side.
-- A view: few models read it.

{{ config(materialized='view') }}

with

commission_term as (
    {{ all_rows('partners', 'commission_term') }}
)

select
    trim(commission_term_id) as commission_term_id,
    trim(partner_id) as partner_id,
    trim(product_line) as product_line,
    commission_amount,
    clawback_days,
    trim(clawback_rule) as clawback_rule,
    valid_from,
    valid_until,
    trim(currency_code) as currency_code,
    file_date,
    {{ load_metadata() }}
from commission_term
