-- How much the controls of stage usage looked at. Grain: control_id.

select
    control.control_id,
    'rated event' as subject,
    sum(case when rated_usage.charge_bill_run_id is not null and not rated_usage.is_reversal then 1 else 0 end)
        as subjects_checked
from {{ ref('fct_rated_usage') }} as rated_usage
cross join (select control_id from {{ ref('control') }} where control_id in ('U3', 'U4', 'U5', 'U6', 'U8')) as control
group by control.control_id
union all
select 'U1' as control_id, 'hour of an element' as subject, count(*) as subjects_checked
from {{ ref('fct_record_count') }}
union all
select 'U2' as control_id, 'rejected record' as subject, count(distinct usage_reject_id) as subjects_checked
from {{ ref('int_usage_reject__valued') }}
union all
select 'U7' as control_id, 'session' as subject, count(*) as subjects_checked
from {{ ref('fct_session_total') }}
