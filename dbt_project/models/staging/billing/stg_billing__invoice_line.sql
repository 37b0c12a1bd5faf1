-- One row per invoice line in its latest version.

with

invoice_line as (
    {{ current_rows('billing', 'invoice_line') }}
)

select
    invoice_line_id,
    invoice_id,
    account_id,
    subscription_id,
    line_type,
    usage_type,
    offering_code,
    discount_id,
    period_start,
    period_end,
    quantity,
    amount,
    {{ clean_text('tax_category') }} as tax_category,
    tax_rate,
    currency_code,
    cast(created_at as timestamp) as created_at,
    {{ load_metadata() }}
from invoice_line
