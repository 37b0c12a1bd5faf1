-- One row per charge on an invoice, with its kind in our words. Amounts are net of tax; discounts are negative.

with

invoice_line as (
    select * from {{ ref('stg_billing__invoice_line') }}
)

select
    invoice_line.invoice_line_id,
    invoice_line.invoice_id,
    invoice_line.account_id as account_id_billing,
    invoice_line.subscription_id as subscription_id_billing,
    invoice_line.offering_code as billing_code,
    invoice_line.discount_id,
    line_type.canonical_value as line_type,
    lower(invoice_line.usage_type) as usage_type,
    invoice_line.currency_code,
    cast(invoice_line.quantity as decimal(18, 3)) as quantity,
    cast(invoice_line.amount as decimal(18, 2)) as amount,
    tax_category.canonical_value as tax_category,
    cast(invoice_line.tax_rate as decimal(9, 4)) as tax_rate,
    invoice_line.period_start,
    invoice_line.period_end,
    invoice_line.created_at
from invoice_line
{{ join_vocabulary('invoice_line_type', 'billing', 'invoice_line.line_type', 'line_type') }}
{{ join_vocabulary('tax_category', 'billing', 'invoice_line.tax_category', 'tax_category') }}
