-- Every pair of records that was held to be one thing, or considered: by which rule or with which weight, accepted or not and why.
-- Grain: link_id. Nothing is left out: what was rejected and what waits for a steward is here as well.

with

link as (
    {%- for entity in ['customer', 'billing_account', 'product', 'service', 'resource'] %}
    select
        '{{ entity }}' as entity,
        link_id,
        left_record_id,
        right_record_id,
        method,
        rule,
        rejection_reason,
        evidence,
        rank,
        score,
        match_weight,
        is_accepted,
        is_uncertain,
        valid_from,
        valid_to
    from {{ ref('int_' ~ entity ~ '__links') }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

member as (

    select
        entity,
        record_id,
        entity_id
    from {{ ref('int_record__member') }}

)

select
    link.link_id,
    link.entity,
    link.left_record_id,
    link.right_record_id,
    left_member.entity_id as left_entity_id,
    right_member.entity_id as right_entity_id,
    link.method,
    link.rule,
    link.rejection_reason,
    link.evidence,
    cast(link.rank as integer) as rank,
    cast(link.score as decimal(5, 4)) as score,
    link.match_weight,
    link.is_accepted,
    link.is_uncertain,
    left_member.entity_id = right_member.entity_id as is_same_entity,
    link.valid_from,
    link.valid_to
from link
inner join member as left_member
    on link.entity = left_member.entity
    and link.left_record_id = left_member.record_id
inner join member as right_member
    on link.entity = right_member.entity
    and link.right_record_id = right_member.record_id
