-- How the amount of each open finding comes about, step by step. Grain: finding_id, step_key.
-- Steps of a control that can't tell at the moment are left out with its findings.

with

finding as (
    select finding_id from {{ ref('fct_leakage_finding') }} where status = 'open'
),

step as (
    select * from {{ ref('int_leakage__step') }}
)

select
    step.finding_id,
    step.control_id,
    step.step_key,
    cast(row_number() over (partition by step.finding_id order by step.step_key nulls last) as integer) as step_number,
    step.formula,
    step.factors,
    step.source_records,
    cast(step.amount as decimal(18, 6)) as amount
from step
inner join finding
    on step.finding_id = finding.finding_id
