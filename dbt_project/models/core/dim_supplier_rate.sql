-- One row per monthly rate that a supplier of leased circuits and the operator agreed on.

with

supplier_rate as (
    select * from {{ ref('int_supplier_rate__from_partners') }}
)

select
    supplier_rate_id,
    partner_id,
    product_code,
    monthly_rate,
    notice_days,
    valid_from,
    valid_to,
    currency_code
from supplier_rate
