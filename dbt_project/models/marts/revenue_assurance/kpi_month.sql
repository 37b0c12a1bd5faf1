-- The figures by which revenue assurance is measured. Grain: month, currency_code.
-- Billable, billed and unexplained are the bridge's, all segments together. Cases count in the month in which their finding's
-- period begins, those of controls whose money is revenue only. What can't be told is null: a share of nothing, what nobody has
-- decided yet, and shares of billable while a control that it rests on lacks a source.

with

bridge as (
    select
        month,
        currency_code,
        sum(billable_amount) as billable_amount,
        sum(billed_amount) as billed_amount,
        sum(unexplained_amount) as unexplained_amount,
        min(case when is_complete then 1 else 0 end) = 1 as is_complete
    from {{ ref('revenue_bridge_month') }}
    group by month, currency_code
),

watched as (
    select cover.component, max(case when control.status = 'active' then 1 else 0 end) as is_watched
    from {{ ref('billable_cover') }} as cover
    inner join {{ ref('dim_control') }} as control
        on cover.control_id = control.control_id
    group by cover.component
),

component as (
    select
        month,
        currency_code,
        component,
        abs(sum(billable_amount)) as size_amount
    from {{ ref('fct_billable_revenue') }}
    group by month, currency_code, component
),

coverage as (
    select
        component.month,
        component.currency_code,
        sum(component.size_amount) as size_amount,
        sum(case when watched.is_watched = 1 then component.size_amount else 0 end) as watched_amount
    from component
    left join watched
        on component.component = watched.component
    group by component.month, component.currency_code
),

recovered as (
    select case_id, min({{ local_date('recorded_at') }}) as recovered_day
    from {{ ref('fct_case_event') }}
    where status = 'recovered'
    group by case_id
),

worked as (
    select
        single.direction,
        single.currency_code,
        single.exposure_amount,
        single.confirmed_amount,
        single.recoverable_amount,
        single.recovered_amount,
        single.prevented_amount,
        single.dismissal,
        {{ month_start('single.period_start') }} as month,
        single.confirmed_amount is not null or single.dismissal is not null as is_decided,
        greatest(0, {{ dbt.datediff('single.period_end', local_date('single.opened_at'), 'day') }}) as days_to_detect,
        {{ dbt.datediff(local_date('single.opened_at'), 'recovered.recovered_day', 'day') }} as days_to_recover
    from {{ ref('fct_case') }} as single
    inner join {{ ref('dim_control') }} as control
        on single.control_id = control.control_id
    left join {{ ref('control_bridge_class') }} as class
        on single.control_id = class.control_id
        and single.root_cause_type = class.root_cause_type
    left join recovered
        on single.case_id = recovered.case_id
    where coalesce(class.bridge_class, control.bridge_class) = 'revenue'
),

cases as (
    select
        month,
        currency_code,
        count(*) as cases,
        sum(case when is_decided then 1 else 0 end) as decided_cases,
        sum(case when dismissal is not null then 1 else 0 end) as dismissed_cases,
        sum(case when dismissal = 'false_positive' then 1 else 0 end) as false_positive_cases,
        sum(case when direction = 'under' and dismissal is null then exposure_amount else 0 end) as under_exposure_amount,
        sum(case when direction = 'over' and dismissal is null then exposure_amount else 0 end) as over_exposure_amount,
        case
            when sum(case when direction = 'under' and is_decided then 1 else 0 end) > 0
                then sum(case when direction = 'under' then coalesce(confirmed_amount, 0) else 0 end)
        end as under_confirmed_amount,
        case
            when sum(case when direction = 'over' and is_decided then 1 else 0 end) > 0
                then sum(case when direction = 'over' then coalesce(confirmed_amount, 0) else 0 end)
        end as over_confirmed_amount,
        sum(case when direction = 'under' then recoverable_amount end) as recoverable_amount,
        sum(case when direction = 'under' and recoverable_amount is not null then coalesce(recovered_amount, 0) end)
            as recovered_amount,
        sum(case when direction = 'under' then prevented_amount end) as prevented_amount,
        avg(days_to_detect) as days_to_detect,
        avg(days_to_recover) as days_to_recover
    from worked
    group by month, currency_code
),

joined as (
    select
        bridge.*,
        case when bridge.is_complete then bridge.billable_amount end as divisor,
        coverage.size_amount,
        coverage.watched_amount,
        coalesce(cases.cases, 0) as cases,
        coalesce(cases.decided_cases, 0) as decided_cases,
        coalesce(cases.dismissed_cases, 0) as dismissed_cases,
        coalesce(cases.false_positive_cases, 0) as false_positive_cases,
        coalesce(cases.under_exposure_amount, 0) as under_exposure_amount,
        coalesce(cases.over_exposure_amount, 0) as over_exposure_amount,
        cases.under_confirmed_amount,
        cases.over_confirmed_amount,
        cases.recoverable_amount,
        cases.recovered_amount,
        cases.prevented_amount,
        cases.days_to_detect,
        cases.days_to_recover
    from bridge
    left join cases
        on bridge.month = cases.month
        and bridge.currency_code = cases.currency_code
    left join coverage
        on bridge.month = coverage.month
        and bridge.currency_code = coverage.currency_code
)

select
    month,
    currency_code,
    cast(billable_amount as decimal(18, 2)) as billable_amount,
    cast(billed_amount as decimal(18, 2)) as billed_amount,
    cast(unexplained_amount as decimal(18, 2)) as unexplained_amount,
    {{ percentage('unexplained_amount', 'nullif(divisor, 0)', 4) }} as unexplained_pct,
    cast(under_exposure_amount as decimal(18, 2)) as under_exposure_amount,
    {{ percentage('under_exposure_amount', 'nullif(divisor, 0)') }} as under_exposure_pct,
    cast(over_exposure_amount as decimal(18, 2)) as over_exposure_amount,
    {{ percentage('over_exposure_amount', 'nullif(divisor, 0)') }} as over_exposure_pct,
    cast(under_confirmed_amount as decimal(18, 2)) as under_confirmed_amount,
    {{ percentage('under_confirmed_amount', 'nullif(divisor, 0)') }} as leakage_pct,
    cast(over_confirmed_amount as decimal(18, 2)) as over_confirmed_amount,
    {{ percentage('over_confirmed_amount', 'nullif(divisor, 0)') }} as over_billing_pct,
    cast(recoverable_amount as decimal(18, 2)) as recoverable_amount,
    cast(recovered_amount as decimal(18, 2)) as recovered_amount,
    {{ percentage('recovered_amount', 'nullif(recoverable_amount, 0)') }} as recovery_pct,
    cast(prevented_amount as decimal(18, 2)) as prevented_amount,
    {{ percentage('watched_amount', 'nullif(size_amount, 0)') }} as coverage_pct,
    cast(round(days_to_detect, 1) as decimal(9, 1)) as days_to_detect,
    cast(round(days_to_recover, 1) as decimal(9, 1)) as days_to_recover,
    cast(cases as bigint) as cases,
    cast(decided_cases as bigint) as decided_cases,
    {{ percentage('dismissed_cases', 'nullif(decided_cases, 0)') }} as dismissed_pct,
    {{ percentage('false_positive_cases', 'nullif(decided_cases, 0)') }} as false_positive_pct
from joined
