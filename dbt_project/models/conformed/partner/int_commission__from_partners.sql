-- One row per line of a dealer's commission statement.

with

commission_line as (
    select * from {{ ref('stg_partners__commission_line') }}
)

select
    concat_ws('-', statement_number, line_number) as commission_line_id,
    statement_number,
    line_number,
    statement_date,
    partner_id,
    order_number,
    product_offering_id,
    activation_date,
    lower(commission_type) as commission_type,
    amount,
    currency_code
from commission_line
