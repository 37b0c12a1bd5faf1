{#-
    Which ID each source record has, and by which rule: the body of an xref_<entity> model's CTE. link_rule is the strongest accepted
    link of the record; `own_record` when it stands alone.
-#}
{% macro cross_reference(entity, valid_from, valid_to) -%}
    select
        record.system,
        record.entity,
        record.source_key,
        cluster.{{ entity }}_id,
        coalesce(strongest.rule, 'own_record') as link_rule,
        {{ valid_from }} as valid_from,
        {{ valid_to }} as valid_to
    from {{ ref('int_' ~ entity ~ '__conformed') }} as record
    inner join {{ ref('int_' ~ entity ~ '__cluster') }} as cluster
        on record.record_id = cluster.record_id
    left join (
        select
            record_id,
            rule,
            row_number() over (partition by record_id order by rank asc nulls last, rule asc nulls last) as strength
        from (
            select left_record_id as record_id, rule, rank from {{ ref('int_' ~ entity ~ '__links') }} where is_accepted
            union all
            select right_record_id as record_id, rule, rank from {{ ref('int_' ~ entity ~ '__links') }} where is_accepted
        ) as link_end
    ) as strongest
        on record.record_id = strongest.record_id
        and strongest.strength = 1
{%- endmacro %}
