-- One row per alarm in its latest version.

with

alarm as (
    {{ current_rows('alarms', 'alarm') }}
)

select
    id as alarm_id_alarms,
    {{ payload_text('$.externalAlarmId') }} as external_alarm_id,
    {{ payload_text('$.alarmType') }} as alarm_type,
    {{ payload_text('$.perceivedSeverity') }} as perceived_severity,
    {{ payload_text('$.probableCause') }} as probable_cause,
    {{ payload_text('$.specificProblem') }} as specific_problem,
    {{ payload_text('$.state') }} as state,
    {{ payload_text('$.ackState') }} as ack_state,
    {{ payload_timestamp('$.alarmRaisedTime') }} as alarm_raised_at,
    {{ payload_timestamp('$.alarmChangedTime') }} as alarm_changed_at,
    {{ payload_timestamp('$.alarmClearedTime') }} as alarm_cleared_at,
    {{ payload_text('$.alarmedObject.id') }} as alarmed_object_id,
    {{ payload_text('$.alarmedObjectType') }} as alarmed_object_type,
    {{ payload_text('$.sourceSystemId') }} as source_system_id,
    {{ payload_value('$.serviceAffecting', 'boolean') }} as is_service_affecting,
    {{ load_metadata() }}
from alarm
