-- Which records are one customer, after stewards' never-link decisions. Grain: record_id.
-- Within a component that holds two records which must stay apart, each record of such a decision anchors a part of its own
-- (records that a steward linked share one), and every other record joins the nearest anchor. All else stays as it was.

{% set rounds = var('identity_rounds') %}

with

component as (

    select * from {{ ref('int_customer__component') }}

),

link as (

    select * from {{ ref('int_customer__links') }}
    where is_accepted

),

forbidden as (

    select
        decision.left_record_id,
        decision.right_record_id,
        component.senior_record_id
    from {{ ref('int_customer__decision') }} as decision
    inner join component
        on decision.left_record_id = component.record_id
    inner join component as other
        on decision.right_record_id = other.record_id
        and component.senior_record_id = other.senior_record_id
    where decision.decision = 'never_link'

),

contested as (

    select
        component.record_id,
        component.senior_record_id,
        known.system,
        row_number() over (
            order by
                {{ precedence_position('precedence.systems', 'known.system') }} nulls last,
                known.known_since_at asc nulls last,
                known.record_id asc nulls last
        ) as node
    from component
    inner join {{ ref('int_customer__conformed') }} as known
        on component.record_id = known.record_id
    inner join {{ ref('precedence') }} as precedence
        on precedence.entity = 'customer'
        and precedence.attribute = 'id'
    where component.senior_record_id in (select forbidden.senior_record_id from forbidden)

),

contested_link as (

    select
        left_record.node as left_node,
        right_record.node as right_node,
        link.method = 'steward' as is_steward
    from link
    inner join contested as left_record
        on link.left_record_id = left_record.record_id
    inner join contested as right_record
        on link.right_record_id = right_record.record_id

),

neighbour as (

    select left_node as node, right_node as neighbour, is_steward from contested_link
    union all
    select right_node as node, left_node as neighbour, is_steward from contested_link
    union all
    select node, node as neighbour, true as is_steward from contested

),

steward_neighbour as (

    select node, neighbour from neighbour
    where is_steward

),

own_label as (

    select node, node as label from contested

),

{{ propagate_labels('decided', 'own_label', 'steward_neighbour', rounds) }},

anchor_label as (

    select distinct decided_{{ rounds }}.label
    from decided_{{ rounds }}
    inner join contested
        on decided_{{ rounds }}.node = contested.node
    inner join forbidden
        on contested.record_id in (forbidden.left_record_id, forbidden.right_record_id)

),

anchored as (

    select
        decided_{{ rounds }}.node,
        anchor_label.label
    from decided_{{ rounds }}
    left join anchor_label
        on decided_{{ rounds }}.label = anchor_label.label

),

{{ propagate_labels('spread', 'anchored', 'neighbour', rounds, keep_first=true) }},

part as (

    select
        contested.record_id,
        first_value(contested.record_id) over (
            partition by contested.senior_record_id, spread_{{ rounds }}.label
            order by contested.node asc nulls last
        ) as senior_record_id,
        count(*) over (partition by contested.senior_record_id, spread_{{ rounds }}.label) as record_count
    from contested
    inner join spread_{{ rounds }}
        on contested.node = spread_{{ rounds }}.node

)

select
    component.record_id,
    coalesce(part.senior_record_id, component.senior_record_id) as senior_record_id,
    coalesce(part.record_count, component.record_count) as record_count,
    part.record_id is not null as is_parted_by_steward
from component
left join part
    on component.record_id = part.record_id
