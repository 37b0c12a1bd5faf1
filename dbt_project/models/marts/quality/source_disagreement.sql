-- Which pairs of systems disagree on which attribute, how often, with examples to look up in both.
-- Grain: entity, attribute, system_a, system_b (in alphabetical order). compared_count counts things for which both say something.

with

claim as (

    select * from {{ ref('fct_attribute_claim') }}

),

compared as (

    select
        one.entity,
        one.attribute,
        one.system as system_a,
        other.system as system_b,
        one.entity_id,
        one.source_key as source_key_a,
        other.source_key as source_key_b,
        one.value as value_a,
        other.value as value_b,
        one.value_normalised <> other.value_normalised as is_differing
    from claim as one
    inner join claim as other
        on one.entity = other.entity
        and one.entity_id = other.entity_id
        and one.attribute = other.attribute
        and one.system < other.system

),

pair as (

    select
        entity,
        attribute,
        system_a,
        system_b,
        count(*) as compared_count,
        sum(case when is_differing then 1 else 0 end) as differing_count
    from compared
    group by entity, attribute, system_a, system_b

),

differing as (

    select
        *,
        row_number() over (
            partition by entity, attribute, system_a, system_b
            order by entity_id asc nulls last
        ) as example_number
    from compared
    where is_differing

),

example as (

    select
        entity,
        attribute,
        system_a,
        system_b,
        concat_ws('', '[', {{ distinct_list(json_object_text([
            ('id', 'entity_id'), ('key_a', 'source_key_a'), ('value_a', 'value_a'), ('key_b', 'source_key_b'), ('value_b', 'value_b')
        ])) }}, ']') as examples
    from differing
    where example_number <= 5
    group by entity, attribute, system_a, system_b

)

select
    pair.entity,
    pair.attribute,
    pair.system_a,
    pair.system_b,
    coalesce(example.examples, '[]') as examples,
    pair.compared_count,
    cast(pair.differing_count as bigint) as differing_count,
    cast(round(100.0 * pair.differing_count / nullif(pair.compared_count, 0), 2) as decimal(5, 2)) as differing_pct
from pair
left join example
    on pair.entity = example.entity
    and pair.attribute = example.attribute
    and pair.system_a = example.system_a
    and pair.system_b = example.system_b
