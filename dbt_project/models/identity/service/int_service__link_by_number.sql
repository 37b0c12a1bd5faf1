-- Components of service records that no key ties to a more senior system, joined by number and overlapping validity.
-- Grain: left_record_id (the component that looks for its service; at most one link each), right_record_id.
-- Each joins one component of a more senior system, so nothing chains: the one of the same customer first, then by seniority and
-- by days in common. Two components whose customers are known and differ stay apart: a number in turn, or a mistaken one. And a
-- component never joins a system whose key it holds, even if that key points at nothing.

with

component as (

    select * from {{ ref('int_service__component') }}

),

record as (

    select * from {{ ref('int_service__conformed') }}

),

customer_cluster as (

    select * from {{ ref('int_customer__cluster') }}

),

component_customer as (

    select distinct
        component.senior_record_id,
        customer_cluster.customer_id
    from component
    inner join record
        on component.record_id = record.record_id
    inner join customer_cluster
        on record.customer_record_id = customer_cluster.record_id

),

component_key as (

    select
        component.senior_record_id,
        max(case when record.service_reference is not null then 1 else 0 end) as has_inventory_key,
        max(case when customer_cluster.customer_id is not null then 1 else 0 end) as has_customer
    from component
    inner join record
        on component.record_id = record.record_id
    left join customer_cluster
        on record.customer_record_id = customer_cluster.record_id
    group by component.senior_record_id

),

claim as (

    select
        claim.number_type,
        claim.number_value,
        claim.valid_from,
        claim.valid_to,
        component.senior_record_id,
        component.anchor_position
    from {{ ref('int_service__number_claim') }} as claim
    inner join component
        on claim.record_id = component.record_id

),

candidate as (

    select
        seeker.senior_record_id as left_record_id,
        target.senior_record_id as right_record_id,
        min(target.anchor_position) as target_position,
        sum({{ shared_days('seeker.valid_from', 'seeker.valid_to', 'target.valid_from', 'target.valid_to') }}) as days_in_common,
        min(greatest(seeker.valid_from, target.valid_from)) as valid_from,
        max(least(seeker.valid_to, target.valid_to)) as valid_to
    from claim as seeker
    inner join claim as target
        on seeker.number_type = target.number_type
        and seeker.number_value = target.number_value
        and seeker.anchor_position > target.anchor_position
        and seeker.valid_from < target.valid_to
        and target.valid_from < seeker.valid_to
    group by seeker.senior_record_id, target.senior_record_id

),

same_customer as (

    select distinct
        candidate.left_record_id,
        candidate.right_record_id
    from candidate
    inner join component_customer as seeker
        on candidate.left_record_id = seeker.senior_record_id
    inner join component_customer as target
        on candidate.right_record_id = target.senior_record_id
        and seeker.customer_id = target.customer_id

),

judged as (

    select
        candidate.left_record_id,
        candidate.right_record_id,
        candidate.target_position,
        candidate.days_in_common,
        candidate.valid_from,
        candidate.valid_to,
        same_customer.left_record_id is not null as is_same_customer,
        seeker.has_customer = 1 and target.has_customer = 1 as is_customer_known,
        seeker.has_inventory_key = 1 and target_record.system = 'inventory' as is_against_key
    from candidate
    inner join component_key as seeker
        on candidate.left_record_id = seeker.senior_record_id
    inner join component_key as target
        on candidate.right_record_id = target.senior_record_id
    inner join record as target_record
        on candidate.right_record_id = target_record.record_id
    left join same_customer
        on candidate.left_record_id = same_customer.left_record_id
        and candidate.right_record_id = same_customer.right_record_id

),

ranked as (

    select
        *,
        row_number() over (
            partition by left_record_id
            order by
                is_same_customer desc nulls last,
                target_position asc nulls last,
                days_in_common desc nulls last,
                right_record_id asc nulls last
        ) as choice
    from judged
    where (is_same_customer or not is_customer_known)
        and not is_against_key

)

select
    left_record_id,
    right_record_id,
    'number_and_time' as rule,
    days_in_common,
    is_same_customer,
    valid_from,
    valid_to
from ranked
where choice = 1
