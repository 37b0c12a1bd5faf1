-- What stewards decided about pairs of customer records, and what became of each decision in this build. Grain: decision_id.

with

decision as (

    select * from {{ ref('int_customer__decision_outcome') }}

),

member as (

    select
        record_id,
        entity_id
    from {{ ref('int_record__member') }}
    where entity = 'customer'

)

select
    decision.decision_id,
    'customer' as entity,
    decision.left_record_id,
    decision.right_record_id,
    left_member.entity_id as left_entity_id,
    right_member.entity_id as right_entity_id,
    decision.decision,
    decision.decided_by,
    decision.decided_at,
    decision.reason,
    decision.status as outcome,
    decision.why as outcome_reason
from decision
left join member as left_member
    on decision.left_record_id = left_member.record_id
left join member as right_member
    on decision.right_record_id = right_member.record_id
