-- What a completed run charged a subscription for a stretch of days, and rebated on it. Grain: invoice_line_id.
-- Recurring lines and discounts, each with its own days: a refund of days takes the discount of the same days back
-- with it.

with

line as (
    select * from {{ ref('fct_invoice_line') }}
),

invoice as (
    select * from {{ ref('fct_invoice') }}
),

run as (
    select * from {{ ref('fct_bill_run') }}
),

subscription as (
    select * from {{ ref('dim_subscription') }}
)

select
    line.invoice_line_id,
    line.line_type,
    line.subscription_id_billing,
    line.bill_run_id,
    line.currency_code,
    subscription.billing_account_id,
    subscription.customer_id,
    subscription.service_id,
    subscription.product_id,
    line.product_offering_id,
    subscription.needs_network_service,
    subscription.valid_from as subscription_valid_from,
    line.amount,
    line.period_start as line_period_start,
    line.period_end as line_period_end,
    {{ dbt.datediff('line.period_start', 'line.period_end', 'day') }} as line_days,
    run.period_start as run_period_start,
    run.period_end as run_period_end
from line
inner join invoice
    on line.invoice_id = invoice.invoice_id
inner join run
    on line.bill_run_id = run.bill_run_id
inner join subscription
    on line.subscription_id_billing = subscription.subscription_id_billing
where
    line.line_type in ('recurring', 'discount')
    and run.status = 'completed'
    and invoice.status <> 'cancelled'
    and line.period_end > line.period_start
