-- One row per interconnect invoice line of every counted file.

with

interconnect_invoice_line as (
    {{ current_rows('partners', 'interconnect_invoice_line') }}
)

select
    trim(invoice_number) as invoice_number,
    invoice_date,
    line_number,
    trim(partner_id) as partner_id,
    trim(direction) as direction,
    trim(destination) as destination,
    period_start,
    period_end,
    calls,
    minutes,
    rate_per_minute,
    amount,
    trim(currency_code) as currency_code,
    trim(line_type) as line_type,
    {{ load_metadata() }}
from interconnect_invoice_line
