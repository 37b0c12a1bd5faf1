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

example as (

    select
        *,
        row_number() over (
            partition by entity, attribute, system_a, system_b
            order by case when is_differing then 0 else 1 end asc nulls last, entity_id asc nulls last
        ) as example_number
    from compared

)

select
    entity,
    attribute,
    system_a,
    system_b,
    concat_ws('', '[', {{ distinct_list(
        "case when is_differing and example_number <= 5 then "
        ~ json_object_text([
            ('id', 'entity_id'), ('key_a', 'source_key_a'), ('value_a', 'value_a'), ('key_b', 'source_key_b'), ('value_b', 'value_b')
        ]) ~ ' end'
    ) }}, ']') as examples,
    count(*) as compared_count,
    cast(sum(case when is_differing then 1 else 0 end) as bigint) as differing_count,
    cast(round(100.0 * sum(case when is_differing then 1 else 0 end) / nullif(count(*), 0), 2) as decimal(5, 2)) as differing_pct
from example
group by entity, attribute, system_a, system_b
