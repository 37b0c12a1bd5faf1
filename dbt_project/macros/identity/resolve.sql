{#-
    Claims: what each record of a cluster says about each attribute, one row each.
      entity      its attributes, all of them, are those of entity_attributes
      relation    CTE with entity_id, record_id, system, source_key, changed_at, is_live and the columns that values read
      attributes  [(attribute, value expression, expression of its normal form)…]
-#}
{% macro claim_rows(entity, relation, attributes) -%}
    {%- set names = attributes | map(attribute=0) | list -%}
    {%- if names | sort != entity_attributes(entity) | sort -%}
        {{ exceptions.raise_compiler_error(
            'int_' ~ entity ~ '__claim claims ' ~ names | join(', ') ~ ', and macro entity_attributes says '
            ~ entity_attributes(entity) | join(', ')
        ) }}
    {%- endif -%}
    {%- for attribute, value, normalised in attributes %}
    select
        entity_id,
        '{{ attribute }}' as attribute,
        record_id,
        system,
        source_key,
        cast({{ value }} as string) as value,
        coalesce(cast({{ normalised }} as string), lower(cast({{ value }} as string))) as value_normalised,
        changed_at,
        is_live
    from {{ relation }}
    where {{ value }} is not null
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
{%- endmacro %}

{#-
    Claims with their standing, by the seed precedence: the body of an int_<entity>__claim model's last CTEs.
      system_order   the first system in the list that says anything
      most_recent    the latest change, then the list
      most_frequent  the value that most systems share, then the list
    Within one system a live record comes before an ended one, then the latest change, then the smallest key.
    Two claims conflict when their normal forms differ.
    one_record_per_system: the claims hold one record of each system already, which saves two of the windows.
-#}
{% macro ranked_claims(entity, claims, one_record_per_system=false) -%}
    select
        '{{ entity }}' as entity,
        entity_id,
        attribute,
        record_id,
        system,
        source_key,
        value,
        value_normalised,
        rule,
        is_live,
        system_rank = 1 as is_system_representative,
        row_number() over (
            partition by entity_id, attribute
            order by
                case when rule = 'most_recent' then changed_at end desc nulls last,
                case when rule = 'most_frequent' then vote_count end desc nulls last,
                system_position asc nulls last,
                is_live desc nulls last,
                changed_at desc nulls last,
                source_key asc nulls last
        ) = 1 as is_winner,
        lowest_value <> highest_value as is_conflicting,
        first_system <> last_system as is_comparable,
        changed_at
    from (
        select
            voted.*,
            sum(is_vote) over (partition by entity_id, attribute, value_normalised) as vote_count,
            min(value_normalised) over (partition by entity_id, attribute) as lowest_value,
            max(value_normalised) over (partition by entity_id, attribute) as highest_value,
            min(system) over (partition by entity_id, attribute) as first_system,
            max(system) over (partition by entity_id, attribute) as last_system
        from (
            select
                claims.*,
                precedence.rule,
                {{ precedence_position('precedence.systems', 'claims.system') }} as system_position,
                {%- if one_record_per_system %}
                1 as system_rank,
                1 as is_vote
                {%- else %}
                row_number() over (
                    partition by claims.entity_id, claims.attribute, claims.system
                    order by claims.is_live desc nulls last, claims.changed_at desc nulls last, claims.source_key asc nulls last
                ) as system_rank,
                -- a system has one vote per value, however many records of its repeat it
                case
                    when row_number() over (
                        partition by claims.entity_id, claims.attribute, claims.system, claims.value_normalised
                        order by claims.record_id asc nulls last
                    ) = 1 then 1
                    else 0
                end as is_vote
                {%- endif %}
            from {{ claims }} as claims
            left join {{ ref('precedence') }} as precedence
                on precedence.entity = '{{ entity }}'
                and claims.attribute = precedence.attribute
        ) as voted
    ) as counted
{%- endmacro %}

{#- Columns of an int_<entity>__resolved model for one attribute: the winner, its system, whether claims differ, each system's claim. -#}
{% macro resolved_attribute(attribute, systems, data_type='string') -%}
    max(case when attribute = '{{ attribute }}' and is_winner then cast(value as {{ data_type }}) end) as {{ attribute }},
    max(case when attribute = '{{ attribute }}' and is_winner then system end) as {{ attribute }}_source,
    {%- for system in systems %}
    max(case when attribute = '{{ attribute }}' and system = '{{ system }}' and is_system_representative then value end)
        as {{ attribute }}_{{ system }},
    {%- endfor %}
    coalesce(max(case when attribute = '{{ attribute }}' and is_conflicting then 1 else 0 end), 0) = 1 as is_{{ attribute }}_conflicting
{%- endmacro %}

{#- What a dimension shows beside its values: for each attribute of the entity the system that won, and whether records differ. -#}
{% macro resolved_provenance(entity) -%}
    {%- for attribute in entity_attributes(entity) %}
    {{ attribute }}_source,
    is_{{ attribute }}_conflicting
    {{- ',' if not loop.last }}
    {%- endfor %}
{%- endmacro %}

{#- Body of an int_<entity>__conflict model: one row per cluster and attribute on which its records differ. -#}
{% macro conflicting_claims(entity, systems) -%}
    select
        {{ hash_key(["'" ~ entity ~ "'", 'entity_id', 'attribute']) }} as conflict_id,
        '{{ entity }}' as entity,
        entity_id,
        attribute,
        max(case when is_winner then value end) as winning_value,
        max(case when is_winner then system end) as winning_system,
        max(rule) as rule,
        {%- for system in systems %}
        max(case when system = '{{ system }}' and is_system_representative then value end) as value_{{ system }},
        {%- endfor %}
        concat_ws('', '[', {{ distinct_list(json_object_text([
            ('system', 'system'), ('source_key', 'source_key'), ('value', 'value'), ('value_normalised', 'value_normalised'),
            ('agrees', 'value_normalised = winning_value_normalised')
        ])) }}, ']') as claims,
        count(distinct system) as system_count,
        count(distinct value_normalised) as value_count
    from (
        select
            claim.*,
            max(case when is_winner then value_normalised end) over (partition by entity_id, attribute) as winning_value_normalised
        from {{ ref('int_' ~ entity ~ '__claim') }} as claim
        where is_conflicting
    ) as judged_claim
    group by entity_id, attribute
{%- endmacro %}
