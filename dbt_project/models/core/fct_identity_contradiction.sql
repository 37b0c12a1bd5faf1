-- Records of one customer that contradict its most senior record: perhaps another customer. Grain: entity, right_record_id.

select
    'customer' as entity,
    cluster.customer_id as entity_id,
    contradiction.senior_record_id as left_record_id,
    contradiction.record_id as right_record_id,
    contradiction.contradiction,
    contradiction.evidence
from {{ ref('int_customer__contradiction') }} as contradiction
inner join {{ ref('int_customer__cluster') }} as cluster
    on contradiction.record_id = cluster.record_id
