-- What each customer was billed and paid, over all accounts: one row per customer who has an account. Amounts are those in the currency
-- of the latest invoice; what there is in others is named and never added. "Last three months" end with the latest invoice that the data holds, so that a rebuild of the same data gives the same rows.

with

invoice as (
    select * from {{ ref('fct_invoice') }}
    where status <> 'cancelled'
),

horizon as (
    select {{ dbt.dateadd('month', -3, 'max(issued_at)') }} as revenue_from_at
    from invoice
),

account as (
    select
        customer_id,
        count(*) as billing_account_count,
        {{ distinct_list('account_id_billing') }} as billing_accounts
    from {{ ref('dim_billing_account') }}
    group by customer_id
),

entry as (
    select customer_id, currency_code, issued_at as entered_at, 1 as is_invoice from invoice
    union all
    select customer_id, currency_code, paid_at as entered_at, 0 as is_invoice from {{ ref('fct_payment') }}
    union all
    select customer_id, currency_code, created_at as entered_at, 0 as is_invoice from {{ ref('fct_adjustment') }}
),

ranked_currency as (
    select
        customer_id,
        currency_code,
        row_number() over (
            partition by customer_id order by max(is_invoice) desc nulls last, max(
                case when is_invoice = 1 then entered_at end
            ) desc nulls last, max(entered_at) desc nulls last, currency_code asc nulls last
        ) as choice
    from entry
    group by customer_id, currency_code
),

currency as (
    select
        customer_id,
        max(case when choice = 1 then currency_code end) as currency_code,
        nullif({{ distinct_list('case when choice > 1 then currency_code end') }}, '') as other_currencies
    from ranked_currency
    group by customer_id
),

ranked_invoice as (
    select
        customer_id,
        invoice_id,
        total_amount,
        issued_at,
        sum(total_amount) over (partition by customer_id, currency_code) as invoiced_amount,
        row_number() over (
            partition by customer_id order by issued_at desc nulls last, invoice_id desc nulls last
        ) as recency
    from invoice
),

revenue as (
    select
        line.customer_id,
        line.currency_code,
        sum(line.amount) as revenue_amount
    from {{ ref('fct_invoice_line') }} as line
    inner join invoice on line.invoice_id = invoice.invoice_id
    cross join horizon
    where invoice.issued_at > horizon.revenue_from_at
    group by line.customer_id, line.currency_code
),

payment as (
    select
        customer_id,
        currency_code,
        sum(amount) as paid_amount,
        max(paid_at) as last_paid_at
    from {{ ref('fct_payment') }}
    group by customer_id, currency_code
),

adjustment as (
    select
        customer_id,
        currency_code,
        sum(amount) as adjusted_amount
    from {{ ref('fct_adjustment') }}
    group by customer_id, currency_code
)

select
    account.customer_id,
    account.billing_accounts,
    ranked_invoice.invoice_id as last_invoice_id,
    currency.currency_code,
    currency.other_currencies,
    cast(account.billing_account_count as integer) as billing_account_count,
    ranked_invoice.total_amount as last_invoice_amount,
    cast(coalesce(revenue.revenue_amount, 0) as decimal(18, 2)) as revenue_last_3_months_amount,
    cast(coalesce(ranked_invoice.invoiced_amount, 0) as decimal(18, 2)) as invoiced_amount,
    cast(coalesce(payment.paid_amount, 0) as decimal(18, 2)) as paid_amount,
    cast(coalesce(adjustment.adjusted_amount, 0) as decimal(18, 2)) as adjusted_amount,
    cast(
        coalesce(ranked_invoice.invoiced_amount, 0) + coalesce(adjustment.adjusted_amount, 0) - coalesce(payment.paid_amount, 0)
        as decimal(18, 2)
    ) as open_balance_amount,
    ranked_invoice.issued_at as last_invoice_at,
    payment.last_paid_at
from account
left join ranked_invoice on account.customer_id = ranked_invoice.customer_id and ranked_invoice.recency = 1
left join currency on account.customer_id = currency.customer_id
left join revenue on account.customer_id = revenue.customer_id and currency.currency_code = revenue.currency_code
left join payment on account.customer_id = payment.customer_id and currency.currency_code = payment.currency_code
left join adjustment on account.customer_id = adjustment.customer_id and currency.currency_code = adjustment.currency_code
where account.customer_id is not null
