-- Cases that go back to one thing, as one task. Grain: root_cause_type, root_cause_key, control_id, direction, currency_code.
-- What can't be added up stands apart: controls, directions and currencies.

with

cases as (
    select
        *,
        coalesce(root_cause_type, 'unknown') as group_type,
        coalesce(root_cause_key, 'unknown') as group_key
    from {{ ref('fct_case') }}
),

control as (
    select control_id, control_name from {{ ref('dim_control') }}
),

grouped as (
    select
        group_type as root_cause_type,
        group_key as root_cause_key,
        control_id,
        direction,
        currency_code,
        count(*) as cases,
        count(distinct customer_id) as customers,
        sum(case when status = 'open' then 1 else 0 end) as open_cases,
        sum(case when status in ('confirmed', 'recovering') then 1 else 0 end) as confirmed_cases,
        sum(case when is_over then 1 else 0 end) as cases_over,
        sum(case when pending_step is not null then 1 else 0 end) as pending_cases,
        sum(case when attention is not null then 1 else 0 end) as attention_cases,
        sum(case when owner is null and not is_over then 1 else 0 end) as cases_without_owner,
        sum(exposure_amount) as exposure_amount,
        sum(case when status = 'open' then exposure_amount else 0 end) as open_amount,
        sum(coalesce(confirmed_amount, 0)) as confirmed_amount,
        sum(coalesce(recoverable_amount, 0)) as recoverable_amount,
        sum(coalesce(recovered_amount, 0)) as recovered_amount,
        sum(coalesce(prevented_amount, 0)) as prevented_amount,
        min(period_start) as first_period_start,
        max(period_end) as last_period_end,
        min(due_date) as first_due_date,
        max(age_days) as oldest_age_days
    from cases
    group by group_type, group_key, control_id, direction, currency_code
)

select
    {{ hash_key(['root_cause_type', 'root_cause_key', 'grouped.control_id', 'direction', 'currency_code']) }} as root_cause_group_key,
    grouped.root_cause_type,
    grouped.root_cause_key,
    grouped.control_id,
    control.control_name,
    grouped.direction,
    grouped.currency_code,
    grouped.cases,
    grouped.customers,
    cast(grouped.open_cases as bigint) as open_cases,
    cast(grouped.confirmed_cases as bigint) as confirmed_cases,
    cast(grouped.cases_over as bigint) as cases_over,
    cast(grouped.pending_cases as bigint) as pending_cases,
    cast(grouped.attention_cases as bigint) as attention_cases,
    cast(grouped.cases_without_owner as bigint) as cases_without_owner,
    cast(grouped.exposure_amount as decimal(18, 2)) as exposure_amount,
    cast(grouped.open_amount as decimal(18, 2)) as open_amount,
    cast(grouped.confirmed_amount as decimal(18, 2)) as confirmed_amount,
    cast(grouped.recoverable_amount as decimal(18, 2)) as recoverable_amount,
    cast(grouped.recovered_amount as decimal(18, 2)) as recovered_amount,
    cast(grouped.prevented_amount as decimal(18, 2)) as prevented_amount,
    grouped.first_period_start,
    grouped.last_period_end,
    grouped.first_due_date,
    grouped.oldest_age_days
from grouped
inner join control
    on grouped.control_id = control.control_id
