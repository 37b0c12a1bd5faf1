-- One row per line of an invoice between a carrier and the operator.

with

interconnect_charge as (
    select * from {{ ref('int_interconnect_charge__from_partners') }}
)

select
    interconnect_charge_id,
    invoice_number,
    invoice_date,
    line_number,
    partner_id,
    direction,
    destination,
    period_start,
    period_end,
    calls,
    minutes,
    rate_per_minute,
    amount,
    currency_code,
    line_type
from interconnect_charge
