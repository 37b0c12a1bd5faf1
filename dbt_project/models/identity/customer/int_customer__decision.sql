-- What stewards decided about pairs of customer records; the latest decision of a pair counts. Grain: left_record_id < right_record_id.

select
    left_record_id,
    right_record_id,
    decision,
    decided_by,
    decided_at,
    reason
from {{ ref('int_customer__decision_given') }}
where is_latest
