-- From billable to billed, part by part. Grain: month, customer_type, currency_code, part_type, part.
-- Billable is derived without billing's own subscriptions and rates (fct_billable_revenue), what leaked is what the controls
-- found, and what neither explains stays as unexplained. A control whose money lies beyond what billable is derived from has
-- no derivation but its own evidence: there its findings count as billable, too, as a component of their own. On the way from billable
-- to billed each amount is added: parts of every type but billed and outside sum up to the billed amount, to the cent.

with

bill_month as (
    select distinct {{ month_start('period_start') }} as month
    from {{ ref('fct_bill_run') }}
    where status = 'completed'
),

control as (
    select
        control.control_id,
        control.control_name,
        control.claim_order,
        control.bridge_class,
        coalesce(basis.basis, 'evidence') as basis
    from {{ ref('dim_control') }} as control
    left join {{ ref('billable_basis') }} as basis
        on control.control_id = basis.control_id
),

finding as (
    select
        found.control_id,
        found.direction,
        found.customer_id,
        found.month,
        found.currency_code,
        found.signed_amount,
        coalesce(found.bridge_class, control.bridge_class) as bridge_class,
        control.basis
    from {{ ref('fct_leakage_month') }} as found
    inner join control
        on found.control_id = control.control_id
),

billed as (
    select
        {{ month_start('run.period_start') }} as month,
        line.customer_id,
        line.currency_code,
        line.amount
    from {{ ref('fct_invoice_line') }} as line
    inner join {{ ref('fct_invoice') }} as invoice
        on line.invoice_id = invoice.invoice_id
    inner join {{ ref('fct_bill_run') }} as run
        on line.bill_run_id = run.bill_run_id
    where invoice.status <> 'cancelled' and run.status = 'completed'
    union all
    select
        {{ month_start(local_date('created_at')) }} as month,
        customer_id,
        currency_code,
        amount
    from {{ ref('fct_adjustment') }}
),

item as (
    select 'billable' as part_type, component as part, month, customer_id, currency_code, billable_amount as amount
    from {{ ref('fct_billable_revenue') }}
    union all
    select
        'billable' as part_type, 'evidence_' || lower(control_id) as part, month, customer_id, currency_code,
        signed_amount as amount
    from finding
    where bridge_class = 'revenue' and basis = 'evidence'
    union all
    select direction as part_type, control_id as part, month, customer_id, currency_code, -signed_amount as amount
    from finding
    where bridge_class = 'revenue'
    union all
    select 'timing' as part_type, component as part, month, customer_id, currency_code, -timing_amount as amount
    from {{ ref('fct_billable_revenue') }}
    union all
    select 'billed' as part_type, 'billed' as part, month, customer_id, currency_code, amount
    from billed
    union all
    select 'outside' as part_type, control_id as part, month, customer_id, currency_code, signed_amount as amount
    from finding
    where bridge_class <> 'revenue'
),

part as (
    select
        item.part_type,
        item.part,
        item.month,
        coalesce(customer.customer_type, 'unknown') as customer_type,
        item.currency_code,
        cast(round(sum(item.amount), 2) as decimal(18, 2)) as amount
    from item
    inner join bill_month
        on item.month = bill_month.month
    left join {{ ref('dim_customer') }} as customer
        on item.customer_id = customer.customer_id
    group by item.part_type, item.part, item.month, coalesce(customer.customer_type, 'unknown'), item.currency_code
),

-- The two totals stand in every bridge, also where nothing was billed.
bridge as (
    select
        month,
        customer_type,
        currency_code,
        cast(sum(case when part_type = 'billed' then amount else 0 end) as decimal(18, 2)) as billed_amount,
        cast(
            sum(case part_type when 'billed' then amount when 'outside' then 0 else -amount end) as decimal(18, 2)
        ) as unexplained_amount
    from part
    group by month, customer_type, currency_code
),

complete as (
    select part_type, part, month, customer_type, currency_code, amount
    from part
    where part_type <> 'billed' and (amount <> 0 or part_type = 'billable')
    union all
    select 'unexplained' as part_type, 'unexplained' as part, month, customer_type, currency_code, unexplained_amount as amount
    from bridge
    union all
    select 'billed' as part_type, 'billed' as part, month, customer_type, currency_code, billed_amount as amount
    from bridge
)

select
    complete.month,
    complete.customer_type,
    complete.currency_code,
    complete.part_type,
    complete.part,
    case
        when control.control_id is not null then control.control_id || ' ' || control.control_name
        when evidence.control_id is not null then 'By evidence of ' || evidence.control_id || ' ' || evidence.control_name
        when complete.part_type = 'timing' then 'Timing of ' || complete.part
        else upper(substring(complete.part, 1, 1)) || substring(complete.part, 2)
    end as part_name,
    cast(
        dense_rank() over (
            order by
                case complete.part_type
                    when 'billable' then 1 when 'under' then 2 when 'over' then 3 when 'timing' then 4
                    when 'unexplained' then 5 when 'billed' then 6 else 7
                end,
                case complete.part
                    when 'recurring' then 1 when 'discount' then 2 when 'fee' then 3 when 'usage' then 4 when 'credit' then 5
                    else 6
                end,
                coalesce(control.claim_order, evidence.claim_order, 0) nulls last,
                complete.part nulls last
        ) as integer
    ) as part_order,
    complete.amount
from complete
left join control
    on complete.part_type in ('under', 'over', 'outside')
    and complete.part = control.control_id
left join control as evidence
    on complete.part_type = 'billable'
    and complete.part = 'evidence_' || lower(evidence.control_id)
