-- Every link between two customer records, with method, rule, score and evidence, accepted or not and why.
-- Grain: left_record_id < right_record_id, rule. Each was judged by its two records (int_customer__link_judged); here one more thing counts:
-- an accepted link that would bring records together which contradict each other is left out as `cluster_contradiction`.

with

judged as (

    select * from {{ ref('int_customer__link_judged') }}

),

component as (

    select * from {{ ref('int_customer__component') }}

)

select
    judged.link_id,
    judged.left_record_id,
    judged.right_record_id,
    judged.method,
    judged.rule,
    case
        when judged.is_accepted and left_end.senior_record_id <> right_end.senior_record_id then 'cluster_contradiction'
        -- an uncertain link waits for a person, who is not asked about what other links settle
        when judged.rejection_reason = 'uncertain' and left_end.senior_record_id = right_end.senior_record_id then 'joined_by_others'
        else judged.rejection_reason
    end as rejection_reason,
    judged.evidence,
    judged.rank,
    judged.score,
    judged.match_weight,
    judged.is_accepted and left_end.senior_record_id = right_end.senior_record_id as is_accepted,
    coalesce(judged.rejection_reason = 'uncertain', false) and left_end.senior_record_id <> right_end.senior_record_id as is_uncertain,
    judged.valid_from,
    judged.valid_to
from judged
inner join component as left_end
    on judged.left_record_id = left_end.record_id
inner join component as right_end
    on judged.right_record_id = right_end.record_id
