-- Every decision that a steward ever gave about two customer records, and whether it is the pair's latest. Grain: decision_id.

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

ordered as (

    select
        least(one_record_id, other_record_id) as left_record_id,
        greatest(one_record_id, other_record_id) as right_record_id,
        decision,
        decided_by,
        decided_at,
        reason,
        row_number() over (
            partition by least(one_record_id, other_record_id), greatest(one_record_id, other_record_id)
            order by decided_at desc nulls last, decision desc nulls last, decided_by asc nulls last, reason asc nulls last
        ) as recency
    from decision

)

select
    -- two rows that say exactly the same are two decisions
    {{ hash_key(['given.left_record_id', 'given.right_record_id', 'given.decision', 'given.decided_by', 'given.decided_at', 'given.recency']) }}
        as decision_id,
    given.left_record_id,
    given.right_record_id,
    given.decision,
    given.decided_by,
    given.decided_at,
    given.reason,
    given.recency = 1 as is_latest,
    latest.decision as latest_decision,
    latest.decided_by as latest_decided_by
from ordered as given
inner join ordered as latest
    on given.left_record_id = latest.left_record_id
    and given.right_record_id = latest.right_record_id
    and latest.recency = 1
