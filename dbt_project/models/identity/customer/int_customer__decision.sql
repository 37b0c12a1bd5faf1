-- What stewards decided about pairs of customer records; the latest decision of a pair counts. Grain: left_record_id < right_record_id.

with

decision as (

    select
        concat_ws(':', left_system, left_entity, left_key) as one_record_id,
        concat_ws(':', right_system, right_entity, right_key) as other_record_id,
        decision,
        decided_by,
        decided_at,
        reason
    from {{ ref('customer_link') }}

),

ranked as (

    select
        least(one_record_id, other_record_id) as left_record_id,
        greatest(one_record_id, other_record_id) as right_record_id,
        decision,
        decided_by,
        decided_at,
        reason,
        row_number() over (
            partition by least(one_record_id, other_record_id), greatest(one_record_id, other_record_id)
            order by decided_at desc nulls last, decision desc nulls last
        ) as recency
    from decision

)

select
    left_record_id,
    right_record_id,
    decision,
    decided_by,
    decided_at,
    reason
from ranked
where recency = 1
