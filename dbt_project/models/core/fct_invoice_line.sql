-- One row per charge on an invoice. The run is the invoice's; account and customer are the line's own account's, and the
-- service is its subscription's, so that a line without a subscription still belongs to a customer.

with

invoice_line as (
    select * from {{ ref('int_invoice_line__from_billing') }}
),

invoice as (
    select invoice_id, bill_run_id
    from {{ ref('int_invoice__from_billing') }}
),

billing_account as (
    select account_id_billing, billing_account_id, customer_id
    from {{ ref('dim_billing_account') }}
),

subscription as (
    select subscription_id_billing, service_id
    from {{ ref('dim_subscription') }}
),

product_offering as (
    select billing_code, product_offering_id
    from {{ ref('dim_product_offering') }}
)

select
    invoice_line.invoice_line_id,
    invoice_line.invoice_id,
    invoice.bill_run_id,
    billing_account.billing_account_id,
    billing_account.customer_id,
    subscription.service_id,
    invoice_line.subscription_id_billing,
    product_offering.product_offering_id,
    invoice_line.discount_id,
    invoice_line.line_type,
    invoice_line.usage_type,
    invoice_line.currency_code,
    invoice_line.quantity,
    invoice_line.amount,
    invoice_line.tax_category,
    invoice_line.tax_rate,
    invoice_line.period_start,
    invoice_line.period_end,
    invoice_line.created_at
from invoice_line
left join invoice on invoice_line.invoice_id = invoice.invoice_id
left join billing_account on invoice_line.account_id_billing = billing_account.account_id_billing
left join subscription on invoice_line.subscription_id_billing = subscription.subscription_id_billing
left join product_offering on invoice_line.billing_code = product_offering.billing_code
