-- One row per line of an invoice between a carrier and the operator. Days are half-open here.

with

interconnect_invoice_line as (
    select * from {{ ref('stg_partners__interconnect_invoice_line') }}
)

select
    concat_ws('-', invoice_number, line_number) as interconnect_charge_id,
    invoice_number,
    invoice_date,
    line_number,
    partner_id,
    lower(direction) as direction,
    lower(destination) as destination,
    period_start,
    cast({{ dbt.dateadd('day', 1, 'period_end') }} as date) as period_end,
    calls,
    minutes,
    rate_per_minute,
    amount,
    currency_code,
    lower(line_type) as line_type
from interconnect_invoice_line
