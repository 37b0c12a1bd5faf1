-- One row per product and file date: how the register looked on each day.
-- A view: few models read it.

{{ config(materialized='view') }}

with

product as (
    {{ all_rows('crm_fixed', 'product') }}
)

select
    trim(contract_no) as contract_no_crm_fixed,
    {{ clean_text('customer_no') }} as customer_no_crm_fixed,
    {{ clean_text('tariff_code') }} as tariff_code,
    {{ clean_text('line_number') }} as line_number,
    monthly_amount,
    cast(started_at as timestamp) as started_at,
    started_at_source,
    cast(terminated_at as timestamp) as terminated_at,
    terminated_at_source,
    {{ clean_text('status') }} as status,
    file_date,
    {{ load_metadata() }}
from product
