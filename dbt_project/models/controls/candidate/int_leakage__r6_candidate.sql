-- R6: invoices whose tax is not what our own table gives. Grain: invoice_id.

with

due as (
    select
        invoice_id,
        max(tax_day) as tax_day,
        sum(charges) as charges,
        count(*) as categories,
        -- Without a rate nothing can be said about the invoice.
        count(*) - count(tax_rate) as unrated_categories,
        cast(sum(taxable_amount) as decimal(18, 2)) as net_amount,
        cast(sum(tax_amount) as decimal(18, 2)) as due_amount,
        max(wrong_treatment) as wrong_treatment
    from {{ ref('int_bill__tax_due') }}
    group by invoice_id
)

select
    'R6' as control_id,
    'invoice_tax:' || invoice.invoice_id as claim_key,
    invoice.invoice_id,
    invoice.billing_account_id,
    invoice.customer_id,
    invoice.bill_run_id,
    invoice.currency_code,
    due.tax_day,
    due.charges,
    due.net_amount,
    due.due_amount,
    invoice.tax_amount as billed_amount,
    coalesce(due.wrong_treatment, 'sum of the charges') as wrong_treatment,
    cast(due.due_amount - invoice.tax_amount as decimal(18, 2)) as difference_amount,
    run.period_start,
    run.period_end
from due
inner join {{ ref('fct_invoice') }} as invoice
    on due.invoice_id = invoice.invoice_id
inner join {{ ref('fct_bill_run') }} as run
    on invoice.bill_run_id = run.bill_run_id
where
    due.unrated_categories = 0
    -- An invoice whose total is not that of its charges is another control's.
    and due.net_amount = invoice.net_amount
    and abs(due.due_amount - invoice.tax_amount)
    > {{ control_parameter('R6', 'rounding_tolerance', 'decimal(18, 3)') }} * (due.charges + due.categories)
