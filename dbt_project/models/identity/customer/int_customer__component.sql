-- Customer records joined by accepted links, chains parted where they hold records that contradict each other. Grain: record_id.
-- Keys and stewards' links always hold, and records that agree in given name and birth date, or in the VAT number, stay together; each
-- such core that contradicts another one anchors a part, and every other record joins the anchor to which the strongest links lead.
-- The links between two parts are left out (int_customer__links). Stewards' never-link decisions come after that (int_customer__grouping).

{% set rounds = var('identity_rounds') %}
{% set most_traits = var('identity_max_traits_compared') %}

with

chain as (

    select * from {{ ref('int_customer__chain') }}

),

link as (

    select * from {{ ref('int_customer__link_judged') }}
    where is_accepted

),

said as (

    select
        chain.record_id,
        chain.senior_record_id as chain_id,
        trait.first_given_name,
        trait.name_words,
        trait.birth_date,
        trait.vat_key,
        trait.is_person,
        trait.is_legal_entity,
        {{ hash_key([
            'chain.senior_record_id', 'trait.first_given_name', 'trait.name_words', 'trait.birth_date', 'trait.vat_key',
            'trait.is_person', 'trait.is_legal_entity'
        ]) }} as saying_id
    from chain
    inner join {{ ref('int_customer__trait') }} as trait
        on chain.record_id = trait.record_id
    where chain.record_count > 2

),

told as (

    -- what the records of a chain say, each different saying once
    select distinct
        chain_id,
        saying_id,
        first_given_name,
        name_words,
        birth_date,
        vat_key,
        is_person,
        is_legal_entity
    from said

),

variety as (

    select
        chain_id,
        count(*) as trait_count
    from told
    group by chain_id
    having count(distinct first_given_name) > 1
        or count(distinct birth_date) > 1
        or count(distinct vat_key) > 1
        or (max(case when is_person then 1 else 0 end) = 1 and max(case when is_legal_entity then 1 else 0 end) = 1)

),

saying as (

    select
        told.*,
        variety.trait_count > {{ most_traits }} as is_too_many
    from told
    inner join variety
        on told.chain_id = variety.chain_id

),

reconciled_saying as (

    -- what a link between two records takes for one is no contradiction, however it looks
    select distinct
        least(one.saying_id, other.saying_id) as one_saying_id,
        greatest(one.saying_id, other.saying_id) as other_saying_id
    from link
    inner join said as one
        on link.left_record_id = one.record_id
    inner join said as other
        on link.right_record_id = other.record_id
    where link.method <> 'key'

),

reconciled_name as (

    -- a call name that one link takes for the name is that name in the whole chain
    select distinct
        one.chain_id,
        least(one.first_given_name, other.first_given_name) as one_given_name,
        greatest(one.first_given_name, other.first_given_name) as other_given_name
    from reconciled_saying
    inner join told as one
        on reconciled_saying.one_saying_id = one.saying_id
    inner join told as other
        on reconciled_saying.other_saying_id = other.saying_id

),

saying_contradiction as (

    select
        one.chain_id,
        one.saying_id as one_saying_id,
        other.saying_id as other_saying_id
    from saying as one
    inner join saying as other
        on one.chain_id = other.chain_id
        and one.saying_id < other.saying_id
    left join reconciled_saying
        on one.saying_id = reconciled_saying.one_saying_id
        and other.saying_id = reconciled_saying.other_saying_id
    left join reconciled_name
        on one.chain_id = reconciled_name.chain_id
        and least(one.first_given_name, other.first_given_name) = reconciled_name.one_given_name
        and greatest(one.first_given_name, other.first_given_name) = reconciled_name.other_given_name
    where not one.is_too_many
        and reconciled_saying.one_saying_id is null
        and (
            (reconciled_name.chain_id is null and {{ given_names_contradict('one', 'other') }})
            or {{ records_contradict('one', 'other', names=false) }}
        )

),

contested_chain as (

    select distinct chain_id, false as is_too_many
    from saying_contradiction
    union
    select distinct chain_id, true as is_too_many
    from saying
    where is_too_many

),

contested as (

    select
        said.record_id,
        said.chain_id,
        said.saying_id,
        contested_chain.is_too_many,
        case
            when said.first_given_name is not null and said.birth_date is not null
                then concat_ws('|', said.chain_id, said.first_given_name, cast(said.birth_date as string))
        end as same_person,
        concat_ws('|', said.chain_id, said.vat_key) as same_vat,
        said.vat_key is not null as has_vat,
        row_number() over (
            order by
                {{ precedence_position('precedence.systems', 'known.system') }} nulls last,
                known.known_since_at asc nulls last,
                known.record_id asc nulls last
        ) as node
    from contested_chain
    inner join said
        on contested_chain.chain_id = said.chain_id
    inner join {{ ref('int_customer__conformed') }} as known
        on said.record_id = known.record_id
    left join {{ ref('precedence') }} as precedence
        on precedence.entity = 'customer'
        and precedence.attribute = 'id'

),

contested_link as (

    select
        left_record.node as left_node,
        right_record.node as right_node,
        max(case when link.method in ('steward', 'key') then 1 else 0 end) = 1 as is_firm,
        max(link.pair_match_weight) as match_weight,
        max(link.score) as score
    from link
    inner join contested as left_record
        on link.left_record_id = left_record.record_id
    inner join contested as right_record
        on link.right_record_id = right_record.record_id
    group by left_record.node, right_record.node

),

-- cores: what belongs together for sure

sure_pair as (

    select left_node as one_node, right_node as other_node
    from contested_link
    where is_firm
    union all
    select
        min(node) over (partition by same_person) as one_node,
        node as other_node
    from contested
    where same_person is not null
    union all
    select
        min(node) over (partition by same_vat) as one_node,
        node as other_node
    from contested
    where has_vat

),

sure_neighbour as (

    select one_node as node, other_node as neighbour from sure_pair
    union all
    select other_node as node, one_node as neighbour from sure_pair
    union all
    select node, node as neighbour from contested

),

own_label as (

    select node, node as label from contested

),

{{ propagate_labels('sure', 'own_label', 'sure_neighbour', rounds) }},

core as (

    select
        contested.node,
        contested.record_id,
        contested.chain_id,
        contested.saying_id,
        contested.is_too_many,
        sure_{{ rounds }}.label as core_id
    from contested
    inner join sure_{{ rounds }}
        on contested.node = sure_{{ rounds }}.node

),

core_saying as (

    select distinct core_id, saying_id
    from core

),

core_contradiction as (

    select distinct
        least(one.core_id, other.core_id) as one_core_id,
        greatest(one.core_id, other.core_id) as other_core_id
    from saying_contradiction
    inner join core_saying as one
        on saying_contradiction.one_saying_id = one.saying_id
    inner join core_saying as other
        on saying_contradiction.other_saying_id = other.saying_id
    where one.core_id <> other.core_id

),

anchor_core as (

    select one_core_id as core_id from core_contradiction
    union
    select other_core_id as core_id from core_contradiction
    union
    select core_id from core
    where is_too_many

),

-- cores that a link joins and that don't contradict are one anchor, unless that brings two together that do

friend as (

    select distinct
        least(one.core_id, other.core_id) as one_core_id,
        greatest(one.core_id, other.core_id) as other_core_id
    from contested_link
    inner join core as one
        on contested_link.left_node = one.node
    inner join core as other
        on contested_link.right_node = other.node
    inner join anchor_core as one_anchor
        on one.core_id = one_anchor.core_id
    inner join anchor_core as other_anchor
        on other.core_id = other_anchor.core_id
    left join core_contradiction
        on least(one.core_id, other.core_id) = core_contradiction.one_core_id
        and greatest(one.core_id, other.core_id) = core_contradiction.other_core_id
    where one.core_id <> other.core_id
        and not one.is_too_many
        and core_contradiction.one_core_id is null

),

friend_neighbour as (

    select one_core_id as node, other_core_id as neighbour from friend
    union all
    select other_core_id as node, one_core_id as neighbour from friend
    union all
    select core_id as node, core_id as neighbour from anchor_core

),

own_anchor as (

    select core_id as node, core_id as label from anchor_core

),

{{ propagate_labels('friends', 'own_anchor', 'friend_neighbour', rounds) }},

at_odds as (

    select distinct one.label
    from core_contradiction
    inner join friends_{{ rounds }} as one
        on core_contradiction.one_core_id = one.node
    inner join friends_{{ rounds }} as other
        on core_contradiction.other_core_id = other.node
    where one.label = other.label

),

anchored as (

    select
        core.node,
        case
            when friends_{{ rounds }}.node is null then null
            when at_odds.label is not null then core.core_id
            else friends_{{ rounds }}.label
        end as label,
        case when friends_{{ rounds }}.node is not null then 0 end as weakest
    from core
    left join friends_{{ rounds }}
        on core.core_id = friends_{{ rounds }}.node
    left join at_odds
        on friends_{{ rounds }}.label = at_odds.label

),

-- everything else joins the anchor to which the strongest links lead

ranked_link as (

    select
        left_node,
        right_node,
        case
            when is_firm then 0
            else row_number() over (
                order by
                    is_firm asc nulls last,
                    match_weight desc nulls last,
                    score desc nulls last,
                    left_node asc nulls last,
                    right_node asc nulls last
            )
        end as strength
    from contested_link

),

neighbour as (

    select left_node as node, right_node as neighbour, strength from ranked_link
    union all
    select right_node as node, left_node as neighbour, strength from ranked_link
    union all
    select node, neighbour, 0 as strength from sure_neighbour

),

{{ propagate_strongest('spread', 'anchored', 'neighbour', rounds) }},

-- where keys hold together all that contradicts, nothing is parted
parted_chain as (

    select distinct core.chain_id
    from core
    inner join anchor_core
        on core.core_id = anchor_core.core_id

),

placed as (

    select
        core.record_id,
        core.node,
        core.chain_id,
        coalesce(spread_{{ rounds }}.label, -core.core_id) as part_id,
        spread_{{ rounds }}.label is not null and spread_{{ rounds }}.label = spread_{{ rounds - 1 }}.label as is_settled
    from core
    inner join parted_chain
        on core.chain_id = parted_chain.chain_id
    inner join spread_{{ rounds }}
        on core.node = spread_{{ rounds }}.node
    inner join spread_{{ rounds - 1 }}
        on core.node = spread_{{ rounds - 1 }}.node

),

part as (

    select
        record_id,
        first_value(record_id) over (partition by chain_id, part_id order by node asc nulls last) as senior_record_id,
        count(*) over (partition by chain_id, part_id) as record_count,
        is_settled
    from placed

)

select
    chain.record_id,
    coalesce(part.senior_record_id, chain.senior_record_id) as senior_record_id,
    coalesce(part.record_count, chain.record_count) as record_count,
    part.record_count is not null and part.record_count < chain.record_count as is_parted_by_contradiction,
    coalesce(part.is_settled, true) as is_settled
from chain
left join part
    on chain.record_id = part.record_id
