-- One row per line of a supplier's invoice. Days are half-open here.

with

supplier_invoice_line as (
    select * from {{ ref('stg_partners__supplier_invoice_line') }}
)

select
    concat_ws('-', invoice_number, line_number) as supplier_charge_id,
    invoice_number,
    invoice_date,
    line_number,
    partner_id,
    circuit_reference,
    {{ circuit_key('circuit_reference') }} as circuit_key,
    {{ code_key('product_code') }} as product_code,
    period_start,
    cast({{ dbt.dateadd('day', 1, 'period_end') }} as date) as period_end,
    monthly_rate,
    amount,
    currency_code,
    lower(line_type) as line_type
from supplier_invoice_line
