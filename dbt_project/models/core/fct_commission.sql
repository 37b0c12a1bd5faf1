-- One row per line of a dealer's commission statement.

with

commission as (
    select * from {{ ref('int_commission__from_partners') }}
)

select
    commission_line_id,
    statement_number,
    line_number,
    statement_date,
    partner_id,
    order_number as product_order_id,
    product_offering_id,
    activation_date,
    commission_type,
    amount,
    currency_code
from commission
