-- The tax that each invoice owes by our own table. Grain: invoice_id, due_category.
-- A charge's category is that of what is on file for its account, else the catalogue's for its offering; usage names no offering and is a
-- service like any other. The month's service is rendered with the last day of the bill period: that day's rate and status hold. What has
-- one category is added up before its tax is rounded.

with

invoice as (
    select
        invoice.invoice_id,
        invoice.billing_account_id,
        invoice.currency_code,
        cast({{ dbt.dateadd('day', -1, 'run.period_end') }} as date) as tax_day
    from {{ ref('fct_invoice') }} as invoice
    inner join {{ ref('fct_bill_run') }} as run
        on invoice.bill_run_id = run.bill_run_id
    where invoice.status <> 'cancelled'
),

offering as (
    select product_offering_id, min(tax_category) as tax_category
    from {{ ref('dim_product_offering_price') }}
    group by product_offering_id
),

status as (
    select invoice.invoice_id, min(tax_status.tax_category) as tax_category
    from invoice
    inner join {{ ref('dim_account_tax_status') }} as tax_status
        on invoice.billing_account_id = tax_status.billing_account_id
        and invoice.tax_day >= tax_status.valid_from
        and invoice.tax_day < tax_status.valid_to
    group by invoice.invoice_id
),

charge as (
    select
        invoice.invoice_id,
        invoice.tax_day,
        line.amount,
        line.tax_category || ' ' || cast(line.tax_rate as string) as billed_treatment,
        coalesce(status.tax_category, offering.tax_category, 'standard') as due_category
    from {{ ref('fct_invoice_line') }} as line
    inner join invoice
        on line.invoice_id = invoice.invoice_id
        and line.currency_code = invoice.currency_code
    left join offering
        on line.product_offering_id = offering.product_offering_id
    left join status
        on invoice.invoice_id = status.invoice_id
),

rated as (
    select
        charge.*,
        rate.rate as tax_rate,
        charge.due_category || ' ' || cast(rate.rate as string) as due_treatment
    from charge
    left join {{ ref('tax_rate') }} as rate
        on rate.jurisdiction = '{{ var("tax_jurisdiction") }}'
        and charge.due_category = rate.tax_category
        and charge.tax_day >= rate.valid_from
        and charge.tax_day < rate.valid_to
)

select
    invoice_id,
    due_category,
    tax_day,
    max(tax_rate) as tax_rate,
    count(*) as charges,
    cast(sum(amount) as decimal(18, 2)) as taxable_amount,
    cast(round(sum(amount) * max(tax_rate), 2) as decimal(18, 2)) as tax_amount,
    -- Which treatment stands where which should, of the charges that are treated wrongly.
    max(
        case when billed_treatment <> due_treatment then billed_treatment || ' instead of ' || due_treatment end
    ) as wrong_treatment
from rated
group by invoice_id, due_category, tax_day
