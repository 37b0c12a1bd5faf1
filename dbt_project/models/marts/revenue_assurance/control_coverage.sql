-- What is watched and what isn't: every control of the catalogue. Grain: control_id.
-- A control that is not built, or can't tell, has no figures: blank is not zero.

with

control as (
    select * from {{ ref('dim_control') }}
),

finding as (
    select control_id, count(*) as findings
    from {{ ref('fct_leakage_finding') }}
    where status = 'open'
    group by control_id
)

select
    control.control_id,
    control.control_name as name,
    control.stage,
    control.stage_order,
    control.direction,
    control.bridge_class,
    control.systems_compared,
    control.status,
    control.reason,
    control.required_sources,
    control.subject,
    control.subjects_checked,
    control.first_period_start,
    control.last_period_end,
    case when control.status = 'active' then coalesce(finding.findings, 0) end as findings
from control
left join finding
    on control.control_id = finding.control_id
