-- Cases in numbers. Grain: control_id, month, direction, currency_code, status.
-- The month is the calendar month in which the finding's period starts. Directions and currencies stay apart.

with

cases as (
    select *, cast(date_trunc('month', period_start) as date) as month
    from {{ ref('fct_case') }}
),

control as (
    select control_id, control_name from {{ ref('dim_control') }}
),

summed as (
    select
        control_id,
        month,
        direction,
        currency_code,
        status,
        count(*) as cases,
        sum(case when is_overdue then 1 else 0 end) as overdue_cases,
        sum(exposure_amount) as exposure_amount,
        sum(coalesce(confirmed_amount, 0)) as confirmed_amount,
        sum(coalesce(recoverable_amount, 0)) as recoverable_amount,
        sum(coalesce(recovered_amount, 0)) as recovered_amount,
        sum(coalesce(prevented_amount, 0)) as prevented_amount
    from cases
    group by control_id, month, direction, currency_code, status
)

select
    summed.control_id,
    control.control_name,
    summed.month,
    summed.direction,
    summed.currency_code,
    summed.status,
    summed.cases,
    cast(summed.overdue_cases as bigint) as overdue_cases,
    cast(summed.exposure_amount as decimal(18, 2)) as exposure_amount,
    cast(summed.confirmed_amount as decimal(18, 2)) as confirmed_amount,
    cast(summed.recoverable_amount as decimal(18, 2)) as recoverable_amount,
    cast(summed.recovered_amount as decimal(18, 2)) as recovered_amount,
    cast(summed.prevented_amount as decimal(18, 2)) as prevented_amount
from summed
inner join control
    on summed.control_id = control.control_id
