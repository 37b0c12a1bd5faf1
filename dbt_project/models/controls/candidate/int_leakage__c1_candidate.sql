-- C1: unpaid invoices that dunning should have taken further than it did. Grain: invoice_id.
-- The policy (seed dunning_policy) says by when which level is due, and from which amount on; ages run to the day that the
-- data reaches. A bar or termination in force for the account stands for all of its invoices; a hold pauses dunning.

with

paid as (
    select invoice_id, currency_code, sum(amount) as paid_amount
    from {{ ref('fct_payment') }}
    where invoice_id is not null
    group by invoice_id, currency_code
),

arrears as (
    select
        invoice.invoice_id,
        invoice.billing_account_id,
        invoice.customer_id,
        invoice.currency_code,
        invoice.due_date,
        today.data_day,
        {{ dbt.datediff('invoice.due_date', 'today.data_day', 'day') }} as overdue_days,
        invoice.total_amount,
        cast(invoice.total_amount - coalesce(paid.paid_amount, 0) as decimal(18, 2)) as open_amount
    from {{ ref('fct_invoice') }} as invoice
    cross join {{ ref('int_control__data_day') }} as today
    left join paid
        on invoice.invoice_id = paid.invoice_id
        and invoice.currency_code = paid.currency_code
    where invoice.status <> 'cancelled' and invoice.due_date < today.data_day
),

due_level as (
    select
        arrears.*,
        policy.dunning_level as due_level,
        policy.level_order as due_order,
        policy.days_after_due,
        policy.roll_rate,
        row_number() over (
            partition by arrears.invoice_id order by policy.level_order desc nulls last
        ) as level_rank
    from arrears
    inner join {{ ref('dunning_policy') }} as policy
        on arrears.overdue_days >= policy.days_after_due
        and arrears.open_amount >= policy.min_arrears
),

standing as (
    select
        action.invoice_id,
        action.billing_account_id,
        action.dunning_level,
        policy.level_order
    from {{ ref('fct_dunning_action') }} as action
    cross join {{ ref('int_control__data_day') }} as today
    left join {{ ref('dunning_policy') }} as policy
        on action.dunning_level = policy.dunning_level
    where
        {{ local_date('action.effective_at') }} <= today.data_day
        and (action.lifted_at is null or {{ local_date('action.lifted_at') }} > today.data_day)
),

reached as (
    select
        due_level.invoice_id,
        max(standing.level_order) as reached_order,
        max(case when standing.dunning_level = 'hold' then 1 else 0 end) as is_held
    from due_level
    inner join standing
        on due_level.invoice_id = standing.invoice_id
        or (
            standing.invoice_id is null
            and standing.billing_account_id = due_level.billing_account_id
            and standing.dunning_level in ('bar', 'terminate', 'hold')
        )
    group by due_level.invoice_id
)

select
    'invoice:' || due_level.invoice_id as claim_key,
    'C1' as control_id,
    due_level.invoice_id,
    due_level.billing_account_id,
    due_level.customer_id,
    due_level.currency_code,
    due_level.due_date,
    due_level.data_day,
    due_level.overdue_days,
    due_level.open_amount,
    due_level.due_level,
    coalesce(reached_policy.dunning_level, 'none') as reached_level,
    due_level.roll_rate,
    cast(round(due_level.open_amount * due_level.roll_rate, 2) as decimal(18, 2)) as amount
from due_level
left join reached
    on due_level.invoice_id = reached.invoice_id
left join {{ ref('dunning_policy') }} as reached_policy
    on reached.reached_order = reached_policy.level_order
where
    due_level.level_rank = 1
    and coalesce(reached.is_held, 0) = 0
    and coalesce(reached.reached_order, 0) < due_level.due_order
