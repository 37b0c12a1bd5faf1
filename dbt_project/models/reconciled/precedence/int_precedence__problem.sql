-- What is wrong with the seed precedence, in words. It must be empty: with such a row no system, or the wrong one, would be believed.
-- Grain: entity, attribute, problem.

with

precedence as (

    select
        entity,
        attribute,
        rule,
        systems
    from {{ ref('precedence') }}

),

claimed as (
    {%- for entity in identity_entities() %}
    {%- for attribute in ['id'] + entity_attributes(entity) %}
    select '{{ entity }}' as entity, '{{ attribute }}' as attribute
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

spelt as (
    -- what is left of the list of systems when every system that holds the entity is taken out
    {%- for entity in identity_entities() %}
    {%- set rest = namespace(sql="concat_ws('', ' ', systems, ' ')") %}
    {%- for system in conformed_systems(entity) %}
    {%- set rest.sql = "replace(" ~ rest.sql ~ ", ' " ~ system ~ " ', ' ')" %}
    {%- endfor %}
    select
        entity,
        attribute,
        trim(replace({{ rest.sql }}, '>', ' ')) as unknown_systems,
        '{{ conformed_systems(entity) | join(", ") }}' as known_systems,
        '{{ (['id'] + entity_attributes(entity)) | join(", ") }}' as known_attributes
    from precedence
    where entity = '{{ entity }}'
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

problem as (

    select
        precedence.entity,
        precedence.attribute,
        concat_ws('', 'no such rule: ', precedence.rule, '; there are system_order, most_recent, most_frequent') as problem
    from precedence
    where precedence.rule not in ('system_order', 'most_recent', 'most_frequent')
    union all
    select
        precedence.entity,
        precedence.attribute,
        concat_ws('', 'an id follows system_order, not ', precedence.rule) as problem
    from precedence
    where precedence.attribute = 'id'
        and precedence.rule in ('most_recent', 'most_frequent')
    union all
    select
        spelt.entity,
        spelt.attribute,
        concat_ws('', 'no such system: ', spelt.unknown_systems, '; ', spelt.entity, ' is held by ', spelt.known_systems) as problem
    from spelt
    where spelt.unknown_systems <> ''
    union all
    select
        precedence.entity,
        precedence.attribute,
        case
            when spelt.entity is null then concat_ws('', 'no such entity: ', precedence.entity)
            else concat_ws('', 'no such attribute: ', precedence.attribute, '; ', precedence.entity, ' has ', spelt.known_attributes)
        end as problem
    from precedence
    left join spelt
        on precedence.entity = spelt.entity
        and precedence.attribute = spelt.attribute
    left join claimed
        on precedence.entity = claimed.entity
        and precedence.attribute = claimed.attribute
    where claimed.entity is null
    union all
    select
        claimed.entity,
        claimed.attribute,
        concat_ws('', 'no row for ', claimed.attribute, ': until there is one, no system is believed before another') as problem
    from claimed
    left join precedence
        on claimed.entity = precedence.entity
        and claimed.attribute = precedence.attribute
    where precedence.entity is null

)

select distinct
    entity,
    attribute,
    problem
from problem
