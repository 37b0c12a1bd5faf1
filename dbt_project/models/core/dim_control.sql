-- The catalogue of controls, with what each could do on the data at hand. Grain: control_id.

with

control as (
    select * from {{ ref('control') }}
),

readiness as (
    select * from {{ ref('int_control__readiness') }}
),

scope as (
    select * from {{ ref('int_control__scope') }}
)

select
    control.control_id,
    control.control_name,
    control.stage,
    cast(control.stage_order as integer) as stage_order,
    cast(control.claim_order as integer) as claim_order,
    control.systems_compared,
    control.technique,
    control.direction,
    control.amount_rule,
    control.model_name,
    control.bridge_class,
    cast(control.rule_version as integer) as rule_version,
    readiness.status,
    readiness.reason,
    readiness.required_sources,
    case when readiness.status = 'active' then scope.subject end as subject,
    case when readiness.status = 'active' then cast(scope.subjects_checked as bigint) end as subjects_checked,
    case when readiness.status = 'active' then scope.first_period_start end as first_period_start,
    case when readiness.status = 'active' then scope.last_period_end end as last_period_end
from control
inner join readiness
    on control.control_id = readiness.control_id
left join scope
    on control.control_id = scope.control_id
