-- One row per line of a supplier's invoice for leased circuits.

with

supplier_charge as (
    select * from {{ ref('int_supplier_charge__from_partners') }}
)

select
    supplier_charge_id,
    invoice_number,
    invoice_date,
    line_number,
    partner_id,
    circuit_reference,
    circuit_key,
    product_code,
    period_start,
    period_end,
    monthly_rate,
    amount,
    currency_code,
    line_type
from supplier_charge
