-- Open findings in numbers. Grain: control_id, month, direction, currency_code.
-- The month is the calendar month in which the billed period starts. Under- and over-billing stay apart, currencies
-- too; net_amount is control and month over both directions, beside them and never instead.

with

finding as (
    select * from {{ ref('fct_leakage_finding') }} where status = 'open'
),

control as (
    select control_id, control_name from {{ ref('dim_control') }}
),

summed as (
    select
        control_id,
        cast(date_trunc('month', period_start) as date) as month,
        direction,
        currency_code,
        count(*) as findings,
        count(distinct customer_id) as customers,
        sum(amount) as amount,
        sum(signed_amount) as signed_amount
    from finding
    group by control_id, cast(date_trunc('month', period_start) as date), direction, currency_code
)

select
    summed.control_id,
    control.control_name,
    summed.month,
    summed.direction,
    summed.currency_code,
    summed.findings,
    summed.customers,
    cast(summed.amount as decimal(18, 2)) as amount,
    cast(
        sum(summed.signed_amount) over (partition by summed.control_id, summed.month, summed.currency_code) as decimal(18, 2)
    ) as net_amount
from summed
inner join control
    on summed.control_id = control.control_id
