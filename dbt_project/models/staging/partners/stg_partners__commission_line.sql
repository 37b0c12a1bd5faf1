-- One row per commission line of every counted file.

with

commission_line as (
    {{ current_rows('partners', 'commission_line') }}
)

select
    statement_date,
    trim(statement_number) as statement_number,
    line_number,
    trim(partner_id) as partner_id,
    trim(order_number) as order_number,
    {{ clean_text('product_offering_id') }} as product_offering_id,
    activation_date,
    trim(commission_type) as commission_type,
    amount,
    trim(currency_code) as currency_code,
    {{ load_metadata() }}
from commission_line
