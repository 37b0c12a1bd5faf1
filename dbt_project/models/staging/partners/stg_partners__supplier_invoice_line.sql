-- One row per supplier invoice line of every counted file.

with

supplier_invoice_line as (
    {{ current_rows('partners', 'supplier_invoice_line') }}
)

select
    trim(invoice_number) as invoice_number,
    invoice_date,
    line_number,
    trim(partner_id) as partner_id,
    trim(circuit_reference) as circuit_reference,
    trim(product_code) as product_code,
    period_start,
    period_end,
    monthly_rate,
    amount,
    trim(currency_code) as currency_code,
    trim(line_type) as line_type,
    {{ load_metadata() }}
from supplier_invoice_line
