{#- Aggregate: the group's texts in alphabetical order, each once, as a list. Nulls are left out; an empty group gives an empty list. -#}
{% macro distinct_array(expression) -%}
    {{ engine_macro('distinct_array')(expression) }}
{%- endmacro %}

{% macro duckdb__distinct_array(expression) -%}
    coalesce(list_sort(list_distinct(list({{ expression }}))), cast([] as string[]))
{%- endmacro %}

{% macro spark__distinct_array(expression) -%}
    array_sort(collect_set({{ expression }}))
{%- endmacro %}
