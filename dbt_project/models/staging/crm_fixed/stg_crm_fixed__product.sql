-- One row per product in the latest file.

with

product as (
    {{ current_rows('crm_fixed', 'product') }}
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
