-- What was billed, credited and received. Grain: month, customer_type, product_offering_id, charge_type, usage_type,
-- currency_code. Charges belong to the calendar month in which their bill period starts, adjustments and payments to
-- the local month of posting. Lines of cancelled invoices are left out. Currencies are never added up.

with

customer as (
    select customer_id, customer_type from {{ ref('dim_customer') }}
),

offering as (
    select product_offering_id, offering_name from {{ ref('dim_product_offering') }}
),

charge as (
    select
        cast(date_trunc('month', run.period_start) as date) as month,
        line.customer_id,
        line.product_offering_id,
        line.line_type as charge_type,
        line.usage_type,
        line.currency_code,
        line.amount as net_amount,
        cast(round(line.amount * line.tax_rate, 2) as decimal(18, 2)) as tax_amount
    from {{ ref('fct_invoice_line') }} as line
    inner join {{ ref('fct_invoice') }} as invoice
        on line.invoice_id = invoice.invoice_id
    inner join {{ ref('fct_bill_run') }} as run
        on line.bill_run_id = run.bill_run_id
    where invoice.status <> 'cancelled'
),

posted as (
    select
        cast(date_trunc('month', {{ local_date('created_at') }}) as date) as month,
        customer_id,
        'adjustment' as charge_type,
        currency_code,
        amount
    from {{ ref('fct_adjustment') }}
    union all
    select
        cast(date_trunc('month', {{ local_date('paid_at') }}) as date) as month,
        customer_id,
        'payment' as charge_type,
        currency_code,
        amount
    from {{ ref('fct_payment') }}
),

movement as (
    select month, customer_id, product_offering_id, charge_type, usage_type, currency_code, net_amount, tax_amount
    from charge
    union all
    select
        month, customer_id, cast(null as string) as product_offering_id, charge_type, cast(null as string) as usage_type,
        currency_code, amount as net_amount, cast(null as decimal(18, 2)) as tax_amount
    from posted
)

select
    movement.month,
    coalesce(customer.customer_type, 'unknown') as customer_type,
    movement.product_offering_id,
    max(offering.offering_name) as offering_name,
    movement.charge_type,
    movement.usage_type,
    movement.currency_code,
    count(*) as entries,
    count(distinct movement.customer_id) as customers,
    cast(sum(movement.net_amount) as decimal(18, 2)) as net_amount,
    cast(sum(movement.tax_amount) as decimal(18, 2)) as tax_amount
from movement
left join customer
    on movement.customer_id = customer.customer_id
left join offering
    on movement.product_offering_id = offering.product_offering_id
group by
    movement.month, coalesce(customer.customer_type, 'unknown'), movement.product_offering_id, movement.charge_type,
    movement.usage_type, movement.currency_code
