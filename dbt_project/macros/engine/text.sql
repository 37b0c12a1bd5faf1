{#- Every match of a regular expression replaced. The pattern is one that RE2 and Java read alike. -#}
{% macro regexp_replace_all(expression, pattern, replacement) -%}
    {{ engine_macro('regexp_replace_all')(expression, pattern, replacement) }}
{%- endmacro %}

{% macro duckdb__regexp_replace_all(expression, pattern, replacement) -%}
    regexp_replace({{ expression }}, '{{ pattern }}', '{{ replacement }}', 'g')
{%- endmacro %}

{% macro spark__regexp_replace_all(expression, pattern, replacement) -%}
    regexp_replace({{ expression }}, '{{ pattern | replace("\\", "\\\\") }}', '{{ replacement }}')
{%- endmacro %}


{#- The first match of a regular expression's group, null when there is none. -#}
{% macro regexp_group(expression, pattern, group=1) -%}
    {{ engine_macro('regexp_group')(expression, pattern, group) }}
{%- endmacro %}

{% macro duckdb__regexp_group(expression, pattern, group) -%}
    nullif(regexp_extract({{ expression }}, '{{ pattern }}', {{ group }}), '')
{%- endmacro %}

{% macro spark__regexp_group(expression, pattern, group) -%}
    nullif(regexp_extract({{ expression }}, '{{ pattern | replace("\\", "\\\\") }}', {{ group }}), '')
{%- endmacro %}


{#- Aggregate: the group's texts in alphabetical order, each once, joined by a separator. -#}
{% macro distinct_list(expression, separator=', ') -%}
    {{ engine_macro('distinct_list')(expression, separator) }}
{%- endmacro %}

{% macro duckdb__distinct_list(expression, separator) -%}
    array_to_string(list_sort(list_distinct(list({{ expression }}))), '{{ separator }}')
{%- endmacro %}

{% macro spark__distinct_list(expression, separator) -%}
    array_join(array_sort(collect_set({{ expression }})), '{{ separator }}')
{%- endmacro %}
