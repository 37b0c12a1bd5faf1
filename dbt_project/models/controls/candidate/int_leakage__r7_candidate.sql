-- R7: invoices that never reached their reader, and invoices whose total is zero in spite of their charges. Grain: invoice_id.
-- Ages run to the day that the data reaches. What was paid all the same did no harm.

with

attempt as (
    select
        *,
        row_number() over (
            partition by invoice_id
            order by attempt_number desc nulls last, created_at desc nulls last, invoice_delivery_id desc nulls last
        ) as attempt_rank,
        max(case when sent_at is not null and bounced_at is null then 1 else 0 end) over (partition by invoice_id) as has_left
    from {{ ref('fct_invoice_delivery') }}
),

-- What went out before deliveries were recorded can't be told.
recorded as (
    select min({{ local_date('created_at') }}) as first_day from {{ ref('fct_invoice_delivery') }}
),

paid as (
    select invoice_id, currency_code, sum(amount) as paid_amount
    from {{ ref('fct_payment') }}
    where invoice_id is not null
    group by invoice_id, currency_code
),

charged as (
    select
        invoice_id,
        cast(sum(taxable_amount) as decimal(18, 2)) as charges_amount,
        cast(sum(tax_amount) as decimal(18, 2)) as charges_tax_amount
    from {{ ref('int_bill__tax_due') }}
    group by invoice_id
),

standing as (
    select
        invoice.invoice_id,
        invoice.billing_account_id,
        invoice.customer_id,
        invoice.bill_run_id,
        invoice.currency_code,
        invoice.total_amount,
        cast(coalesce(paid.paid_amount, 0) as decimal(18, 2)) as paid_amount,
        coalesce(charged.charges_amount, 0) as charges_amount,
        coalesce(charged.charges_tax_amount, 0) as charges_tax_amount,
        attempt.invoice_delivery_id,
        attempt.channel,
        {{ local_date('invoice.issued_at') }} >= recorded.first_day and coalesce(attempt.has_left, 0) = 0 as has_not_left,
        case
            when invoice.total_amount = 0 and invoice.net_amount <> charged.charges_amount then 'zero'
            when attempt.invoice_delivery_id is null then 'missing'
            when attempt.bounced_at is not null then 'bounced'
            when attempt.held_at is not null and attempt.released_at is null then 'held'
            else 'queued'
        end as delivery_state,
        coalesce(attempt.bounce_reason, attempt.hold_reason) as reason,
        {{ local_date('coalesce(attempt.bounced_at, attempt.held_at, attempt.created_at, invoice.issued_at)') }} as since_day,
        today.data_day
    from {{ ref('fct_invoice') }} as invoice
    cross join {{ ref('int_control__data_day') }} as today
    cross join recorded
    left join attempt
        on invoice.invoice_id = attempt.invoice_id
        and attempt.attempt_rank = 1
    left join paid
        on invoice.invoice_id = paid.invoice_id
        and invoice.currency_code = paid.currency_code
    left join charged
        on invoice.invoice_id = charged.invoice_id
    where invoice.status <> 'cancelled'
),

aged as (
    select
        *,
        {{ dbt.datediff('since_day', 'data_day', 'day') }} as days_since,
        case delivery_state
            when 'held' then {{ control_parameter('R7', 'max_held_days', 'integer') }}
            when 'bounced' then {{ control_parameter('R7', 'max_bounced_days', 'integer') }}
            else {{ control_parameter('R7', 'max_queued_days', 'integer') }}
        end as most_days
    from standing
),

valued as (
    select
        *,
        case
            when delivery_state = 'zero' then charges_amount + charges_tax_amount - total_amount
            else total_amount - paid_amount
        end as amount
    from aged
)

select
    'R7' as control_id,
    'invoice:' || valued.invoice_id as claim_key,
    valued.invoice_id,
    valued.invoice_delivery_id,
    valued.billing_account_id,
    valued.customer_id,
    valued.bill_run_id,
    valued.currency_code,
    valued.delivery_state,
    valued.channel,
    valued.reason,
    valued.since_day,
    valued.days_since,
    valued.total_amount,
    valued.paid_amount,
    valued.charges_amount,
    valued.charges_tax_amount,
    cast(valued.amount as decimal(18, 2)) as amount,
    run.period_start,
    run.period_end
from valued
inner join {{ ref('fct_bill_run') }} as run
    on valued.bill_run_id = run.bill_run_id
where
    valued.amount > 0
    and (valued.delivery_state = 'zero' or (valued.has_not_left and valued.days_since > valued.most_days))
