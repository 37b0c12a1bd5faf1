-- What is at stake when a customer is taken for another: revenue of the last three months, and open findings. Grain: customer_id,
-- currency_code; currencies are never added up. "Last three months" end with the latest invoice that the data holds.

with

invoice as (
    select invoice_id, issued_at
    from {{ ref('fct_invoice') }}
    where status <> 'cancelled'
),

horizon as (
    select {{ dbt.dateadd('month', -3, 'max(issued_at)') }} as revenue_from_at
    from invoice
),

amount as (
    select
        line.customer_id,
        line.currency_code,
        line.amount as revenue_amount,
        cast(0 as decimal(18, 2)) as finding_amount
    from {{ ref('fct_invoice_line') }} as line
    inner join invoice
        on line.invoice_id = invoice.invoice_id
    cross join horizon
    where invoice.issued_at > horizon.revenue_from_at
        and line.customer_id is not null
    union all
    select
        customer_id,
        currency_code,
        cast(0 as decimal(18, 2)) as revenue_amount,
        amount as finding_amount
    from {{ ref('fct_leakage_finding') }}
    where status = 'open'
        and customer_id is not null
)

select
    customer_id,
    currency_code,
    cast(sum(revenue_amount) as decimal(18, 2)) as revenue_last_3_months_amount,
    cast(sum(finding_amount) as decimal(18, 2)) as open_finding_amount
from amount
group by customer_id, currency_code
