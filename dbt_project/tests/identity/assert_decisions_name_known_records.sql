-- A steward's decision about a record that no system holds any more no longer applies. It does no harm; the row may go.

{{ config(severity='warn') }}

select
    decision.left_record_id,
    decision.right_record_id,
    decision.decision,
    decision.decided_by
from {{ ref('int_customer__decision') }} as decision
left join {{ ref('int_customer__conformed') }} as left_record
    on decision.left_record_id = left_record.record_id
left join {{ ref('int_customer__conformed') }} as right_record
    on decision.right_record_id = right_record.record_id
where left_record.record_id is null
    or right_record.record_id is null
