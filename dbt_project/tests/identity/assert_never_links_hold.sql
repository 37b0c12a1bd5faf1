-- Two records that a steward decided are not one customer are never in one cluster. When it fails, a newer link decision joins the
-- two by way of other records: one of the decisions has to go.

select
    decision.left_record_id,
    decision.right_record_id,
    decision.decided_by
from {{ ref('int_customer__decision') }} as decision
inner join {{ ref('int_customer__cluster') }} as left_end
    on decision.left_record_id = left_end.record_id
inner join {{ ref('int_customer__cluster') }} as right_end
    on decision.right_record_id = right_end.record_id
where decision.decision = 'never_link'
    and left_end.customer_id = right_end.customer_id
