-- Everything that happened to every case, and the state that it led to. Grain: case_id, version.

with

event as (
    select * from {{ source('cases', 'event') }}
)

select
    {{ hash_key(['case_id', 'version']) }} as case_event_key,
    case_id,
    version,
    event_type,
    actor,
    actor = 'concord' as is_by_build,
    recorded_at,
    reason,
    details,
    control_id,
    direction,
    currency_code,
    root_cause_type,
    root_cause_key,
    period_start,
    period_end,
    exposure_amount,
    status,
    owner,
    due_date,
    confirmed_amount,
    recoverable_amount,
    recovered_amount,
    prevented_amount,
    dismissal,
    finding_status,
    attention,
    pending_step,
    pending_by,
    pending_reason,
    pending_details
from event
