-- C3: what bill runs charged against what was posted for them, per account; and documents for no run that do not
-- balance. Grain: bill run, account and currency; or journal document and currency.

with

export as (
    select max(posting_date) as last_date
    from {{ ref('fct_journal_line') }}
),

due_run as (
    select run.bill_run_id, run.period_start, run.period_end
    from {{ ref('fct_bill_run') }} as run
    cross join export
    where
        run.status = 'completed'
        and {{ dbt.datediff(local_date('run.run_at'), 'export.last_date', 'day') }}
        >= {{ control_parameter('C3', 'days_to_post', 'integer') }}
),

charge as (
    select
        invoice.bill_run_id,
        line.line_type as charge_type,
        line.usage_type,
        line.currency_code,
        line.amount
    from {{ ref('fct_invoice_line') }} as line
    inner join {{ ref('fct_invoice') }} as invoice
        on line.invoice_id = invoice.invoice_id
    where invoice.status <> 'cancelled'
    union all
    select
        bill_run_id,
        'tax' as charge_type,
        cast(null as string) as usage_type,
        currency_code,
        tax_amount as amount
    from {{ ref('fct_invoice') }}
    where status <> 'cancelled'
),

billed as (
    select
        charge.bill_run_id,
        -- What the chart of accounts doesn't know can't have been posted where it belongs.
        coalesce(chart.account, 'unmapped') as account,
        charge.currency_code,
        sum(charge.amount) as billed_amount
    from charge
    left join {{ ref('revenue_account') }} as chart
        on charge.charge_type = chart.charge_type
        and coalesce(charge.usage_type, '') = coalesce(chart.usage_type, '')
    group by charge.bill_run_id, coalesce(chart.account, 'unmapped'), charge.currency_code
),

posted as (
    select
        line.reference as bill_run_id,
        line.account,
        line.currency_code,
        sum(line.credit_amount - line.debit_amount) as posted_amount,
        min(line.journal_line_id) as journal_line_id,
        count(distinct line.document_number) as documents
    from {{ ref('fct_journal_line') }} as line
    where line.account in (select account from {{ ref('revenue_account') }})
    group by line.reference, line.account, line.currency_code
),

compared as (
    select
        coalesce(billed.bill_run_id, posted.bill_run_id) as bill_run_id,
        coalesce(billed.account, posted.account) as account,
        coalesce(billed.currency_code, posted.currency_code) as currency_code,
        coalesce(billed.billed_amount, 0) as billed_amount,
        coalesce(posted.posted_amount, 0) as posted_amount,
        coalesce(posted.documents, 0) as documents,
        posted.journal_line_id
    from billed
    full outer join posted
        on billed.bill_run_id = posted.bill_run_id
        and billed.account = posted.account
        and billed.currency_code = posted.currency_code
),

unbalanced as (
    select
        document_number,
        currency_code,
        min(posting_date) as posting_date,
        min(journal_line_id) as journal_line_id,
        sum(debit_amount) as debit_amount,
        sum(credit_amount) as credit_amount
    from {{ ref('fct_journal_line') }}
    group by document_number, currency_code
    -- A document for a bill run shows in the run's accounts, and must not count twice.
    having
        sum(case when reference in (select bill_run_id from {{ ref('fct_bill_run') }}) then 1 else 0 end) = 0
        and sum(debit_amount) <> sum(credit_amount)
),

difference as (
    select
        concat_ws(':', 'posting', compared.bill_run_id || '/' || compared.account, compared.currency_code) as claim_key,
        compared.bill_run_id,
        compared.account,
        cast(null as string) as document_number,
        compared.journal_line_id,
        compared.currency_code,
        due_run.period_start,
        due_run.period_end,
        compared.billed_amount,
        compared.posted_amount,
        compared.documents
    from compared
    inner join due_run
        on compared.bill_run_id = due_run.bill_run_id
    union all
    select
        concat_ws(':', 'journal_document', document_number, currency_code) as claim_key,
        cast(null as string) as bill_run_id,
        cast(null as string) as account,
        document_number,
        journal_line_id,
        currency_code,
        {{ month_start('posting_date') }} as period_start,
        {{ next_month_start('posting_date') }} as period_end,
        debit_amount as billed_amount,
        credit_amount as posted_amount,
        1 as documents
    from unbalanced
)

select
    'C3' as control_id,
    claim_key,
    case when billed_amount > posted_amount then 'under' else 'over' end as direction,
    bill_run_id,
    account,
    document_number,
    journal_line_id,
    currency_code,
    period_start,
    period_end,
    billed_amount,
    posted_amount,
    documents,
    abs(billed_amount - posted_amount) as difference_amount
from difference
where abs(billed_amount - posted_amount) >= {{ control_parameter('C3', 'rounding_tolerance', 'decimal(18, 2)') }}
