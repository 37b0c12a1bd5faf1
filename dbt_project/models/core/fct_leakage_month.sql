-- Which bill month each open finding's money belongs to, and whose bill it is. Grain: finding_id, month, billing_account_id.
-- A finding of a bill run stands in that run's month. One that adds up events of a calendar month, or credits, is laid out over
-- the runs that charged the events, or should have, and the days on which the credits were posted. Months without a completed
-- run are kept: the bridge leaves them out. The cents of rounding go to the largest share.

with

finding as (
    select * from {{ ref('fct_leakage_finding') }} where status = 'open'
),

step as (
    select
        step.finding_id,
        step.amount,
        case when step.step_key like 'rated_usage:%' then cast(substring(step.step_key, 13) as bigint) end as rated_usage_id,
        case when step.step_key like 'adjustment:%' then substring(step.step_key, 12) end as adjustment_id
    from {{ ref('fct_leakage_step') }} as step
    inner join finding
        on step.finding_id = finding.finding_id
),

placed as (
    select
        step.finding_id,
        {{ month_start('run.period_start') }} as month,
        rated_usage.billing_account_id,
        step.amount
    from step
    inner join {{ ref('fct_rated_usage') }} as rated_usage
        on step.rated_usage_id = rated_usage.rated_usage_id
    left join {{ ref('fct_bill_run') }} as run
        on rated_usage.charge_bill_run_id = run.bill_run_id
    union all
    select
        step.finding_id,
        {{ month_start(local_date('adjustment.created_at')) }} as month,
        adjustment.billing_account_id,
        step.amount
    from step
    inner join {{ ref('fct_adjustment') }} as adjustment
        on step.adjustment_id = adjustment.adjustment_id
    union all
    select
        finding_id,
        cast(null as date) as month,
        cast(null as string) as billing_account_id,
        amount
    from step
    where rated_usage_id is null and adjustment_id is null
),

share as (
    select
        finding.finding_id,
        coalesce(placed.month, {{ month_start('finding.period_start') }}) as month,
        coalesce(placed.billing_account_id, finding.billing_account_id) as billing_account_id,
        cast(round(coalesce(sum(placed.amount), max(finding.amount)), 2) as decimal(18, 2)) as amount
    from finding
    left join placed
        on finding.finding_id = placed.finding_id
    group by
        finding.finding_id,
        coalesce(placed.month, {{ month_start('finding.period_start') }}),
        coalesce(placed.billing_account_id, finding.billing_account_id)
),

ranked as (
    select
        *,
        sum(amount) over (partition by finding_id) as amount_of_shares,
        row_number() over (
            partition by finding_id order by amount desc nulls last, month nulls last, billing_account_id nulls last
        ) as size_rank
    from share
),

exact as (
    select
        ranked.finding_id,
        ranked.month,
        ranked.billing_account_id,
        ranked.amount + case when ranked.size_rank = 1 then finding.amount - ranked.amount_of_shares else 0 end as amount,
        finding.control_id,
        finding.direction,
        finding.currency_code,
        finding.customer_id,
        finding.root_cause_type
    from ranked
    inner join finding
        on ranked.finding_id = finding.finding_id
)

select
    exact.finding_id,
    exact.control_id,
    exact.direction,
    exact.billing_account_id,
    coalesce(account.customer_id, exact.customer_id) as customer_id,
    exact.month,
    exact.currency_code,
    cast(exact.amount as decimal(18, 2)) as amount,
    cast(case exact.direction when 'under' then exact.amount else -exact.amount end as decimal(18, 2)) as signed_amount,
    class.bridge_class
from exact
left join {{ ref('control_bridge_class') }} as class
    on exact.control_id = class.control_id
    and exact.root_cause_type = class.root_cause_type
left join {{ ref('dim_billing_account') }} as account
    on exact.billing_account_id = account.billing_account_id
