-- What stewards decided about pairs of customer records, and what became of each decision in this build. Grain: decision_id.

with

decision as (

    select * from {{ ref('int_customer__decision') }}

),

member as (

    select
        record_id,
        entity_id
    from {{ ref('int_record__member') }}
    where entity = 'customer'

)

select
    {{ hash_key(["'customer'", 'decision.left_record_id', 'decision.right_record_id']) }} as decision_id,
    'customer' as entity,
    decision.left_record_id,
    decision.right_record_id,
    left_member.entity_id as left_entity_id,
    right_member.entity_id as right_entity_id,
    decision.decision,
    decision.decided_by,
    decision.decided_at,
    decision.reason,
    case
        when left_member.record_id is null or right_member.record_id is null then 'record_missing'
        when (decision.decision = 'link') = (left_member.entity_id = right_member.entity_id) then 'applied'
        else 'no_effect'
    end as outcome,
    cast(null as string) as outcome_reason
from decision
left join member as left_member
    on decision.left_record_id = left_member.record_id
left join member as right_member
    on decision.right_record_id = right_member.record_id
