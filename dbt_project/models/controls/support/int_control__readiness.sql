-- Whether each control of the catalogue can be trusted on the data at hand. Grain: control_id.
-- A control without one of its sources would report what is merely not loaded: it can't tell, which is neither zero
-- nor a pass.

with

control as (
    select * from {{ ref('control') }}
),

loaded as (
    select distinct system, entity
    from {{ ref('fct_load') }}
    where is_counted
),

source_state as (
    select
        required.control_id,
        {{ distinct_list("required.system || '.' || required.entity") }} as required_sources,
        {{ distinct_list("case when loaded.entity is null then required.system || '.' || required.entity end") }}
            as missing_sources,
        sum(case when loaded.entity is null then 1 else 0 end) as missing_count
    from {{ ref('control_source') }} as required
    left join loaded
        on required.system = loaded.system
        and required.entity = loaded.entity
    group by required.control_id
),

closed as (
    select count(*) as completed_runs
    from {{ ref('fct_bill_run') }}
    where status = 'completed'
)

select
    control.control_id,
    source_state.required_sources,
    case
        when control.status <> 'built' then 'not_built'
        when source_state.missing_count > 0 or closed.completed_runs = 0 then 'cannot_tell'
        else 'active'
    end as status,
    case
        when control.status <> 'built' then 'not built yet'
        when source_state.missing_count > 0 then concat_ws(' ', 'no load counts yet of', source_state.missing_sources)
        when closed.completed_runs = 0 then 'no bill run is completed yet'
    end as reason
from control
left join source_state
    on control.control_id = source_state.control_id
cross join closed
