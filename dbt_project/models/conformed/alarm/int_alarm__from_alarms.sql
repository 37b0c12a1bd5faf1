-- One row per alarm in its latest state, in our words.

with

alarm as (
    select * from {{ ref('stg_alarms__alarm') }}
)

select
    {{ hash_key(["'alarms'", 'alarm.alarm_id_alarms']) }} as alarm_id,
    alarm.alarm_id_alarms,
    alarm.alarmed_object_id,
    alarm.alarm_type,
    severity.canonical_value as perceived_severity,
    alarm.probable_cause,
    alarm.specific_problem,
    state.canonical_value as state,
    coalesce(alarm.is_service_affecting, false) as is_service_affecting,
    alarm.alarm_raised_at as raised_at,
    alarm.alarm_changed_at as changed_at,
    alarm.alarm_cleared_at as cleared_at
from alarm
{{ join_vocabulary('alarm_severity', 'alarms', 'alarm.perceived_severity', 'severity') }}
{{ join_vocabulary('alarm_state', 'alarms', 'alarm.state', 'state') }}
