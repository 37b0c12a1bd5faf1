-- What became of each decision of a steward. Grain: decision_id, one per row of the seed customer_link.
-- A decision is superseded by a later one about the same pair, names a record that no system holds (any more), has no effect because
-- nothing else would have been done without it, or is applied. Never anything in silence: every row of the seed is here.

with

decision as (

    select * from {{ ref('int_customer__decision_given') }}

),

record as (

    select * from {{ ref('int_customer__conformed') }}

),

grouping as (

    select * from {{ ref('int_customer__grouping') }}

),

link as (

    select * from {{ ref('int_customer__links') }}

),

pair_link as (

    select
        left_record_id,
        right_record_id,
        max(case when is_accepted and method <> 'steward' then 1 else 0 end) = 1 as is_joined_by_rule,
        max(case when rejection_reason = 'never_link_decided' then 1 else 0 end) = 1 as is_kept_apart
    from link
    group by left_record_id, right_record_id

),

component as (

    select * from {{ ref('int_customer__component') }}

),

looked_up as (

    select
        decision.*,
        left_record.record_id is null as is_left_missing,
        right_record.record_id is null as is_right_missing,
        coalesce(pair_link.is_joined_by_rule, false) as is_joined_by_rule,
        coalesce(pair_link.is_kept_apart, false) as is_kept_apart,
        left_component.senior_record_id = right_component.senior_record_id as is_one_component,
        left_grouping.senior_record_id = right_grouping.senior_record_id as is_one_customer
    from decision
    left join record as left_record
        on decision.left_record_id = left_record.record_id
    left join record as right_record
        on decision.right_record_id = right_record.record_id
    left join pair_link
        on decision.left_record_id = pair_link.left_record_id
        and decision.right_record_id = pair_link.right_record_id
    left join component as left_component
        on decision.left_record_id = left_component.record_id
    left join component as right_component
        on decision.right_record_id = right_component.record_id
    left join grouping as left_grouping
        on decision.left_record_id = left_grouping.record_id
    left join grouping as right_grouping
        on decision.right_record_id = right_grouping.record_id

)

select
    decision_id,
    left_record_id,
    right_record_id,
    decision,
    decided_by,
    decided_at,
    reason,
    case
        when not is_latest then 'superseded'
        when is_left_missing or is_right_missing then 'record_missing'
        when left_record_id = right_record_id then 'no_effect'
        when decision = 'link' and not is_one_customer then 'no_effect'
        when decision = 'link' and is_joined_by_rule then 'no_effect'
        when decision = 'never_link' and not is_one_component and not is_kept_apart then 'no_effect'
        else 'applied'
    end as status,
    case
        when not is_latest then concat_ws('', 'a later decision about the pair counts: ', latest_decision, ' by ', latest_decided_by)
        when is_left_missing and is_right_missing then 'no system holds either record any more'
        when is_left_missing then concat_ws('', 'no system holds ', left_record_id, ' any more')
        when is_right_missing then concat_ws('', 'no system holds ', right_record_id, ' any more')
        when left_record_id = right_record_id then 'both ends are the same record'
        when decision = 'link' and not is_one_customer then 'never-link decisions about other records of the two keep them apart'
        when decision = 'link' and is_joined_by_rule then 'a rule joins the two records anyway'
        when decision = 'link' then 'the two records are one customer by this decision'
        when not is_one_component and not is_kept_apart then 'nothing would join the two records'
        else 'the two records are kept apart by this decision'
    end as why
from looked_up
