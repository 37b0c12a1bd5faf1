-- What a completed run charged a subscription for a stretch of days. Grain: invoice_line_id of a recurring line.
-- discount_per_charge spreads the run's discount lines over its recurring lines: a refund takes its discount back with it.

with

lines as (
    select * from {{ ref('fct_invoice_line') }}
),

invoices as (
    select * from {{ ref('fct_invoice') }}
),

runs as (
    select * from {{ ref('fct_bill_run') }}
),

subscriptions as (
    select * from {{ ref('dim_subscription') }}
),

billed as (
    select
        lines.*,
        runs.period_start as run_period_start,
        runs.period_end as run_period_end
    from lines
    inner join invoices
        on lines.invoice_id = invoices.invoice_id
    inner join runs
        on lines.bill_run_id = runs.bill_run_id
    where
        runs.status = 'completed'
        and invoices.status <> 'cancelled'
        and lines.subscription_id_billing is not null
),

totals as (
    select
        subscription_id_billing,
        bill_run_id,
        currency_code,
        sum(case when line_type = 'recurring' then amount end) as recurring_amount,
        sum(case when line_type = 'discount' then amount end) as discount_amount
    from billed
    where line_type in ('recurring', 'discount')
    group by subscription_id_billing, bill_run_id, currency_code
)

select
    billed.invoice_line_id,
    billed.subscription_id_billing,
    billed.bill_run_id,
    billed.currency_code,
    subscriptions.billing_account_id,
    subscriptions.customer_id,
    subscriptions.service_id,
    subscriptions.product_id,
    billed.product_offering_id,
    subscriptions.needs_network_service,
    subscriptions.valid_from as subscription_valid_from,
    billed.amount as recurring_amount,
    coalesce(totals.discount_amount, 0) as run_discount_amount,
    totals.recurring_amount as run_recurring_amount,
    billed.period_start as line_period_start,
    billed.period_end as line_period_end,
    {{ dbt.datediff('billed.period_start', 'billed.period_end', 'day') }} as line_days,
    billed.run_period_start,
    billed.run_period_end
from billed
inner join totals
    on billed.subscription_id_billing = totals.subscription_id_billing
    and billed.bill_run_id = totals.bill_run_id
    and billed.currency_code = totals.currency_code
inner join subscriptions
    on billed.subscription_id_billing = subscriptions.subscription_id_billing
where
    billed.line_type = 'recurring'
    and billed.amount > 0
    and billed.period_end > billed.period_start
