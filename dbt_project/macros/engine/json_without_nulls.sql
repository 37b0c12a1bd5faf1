{#- JSON object text like json_object_text, but a pair whose value is null is left out. -#}
{% macro json_object_text_without_nulls(pairs) -%}
    {{ engine_macro('json_object_text_without_nulls')(pairs) }}
{%- endmacro %}

{% macro duckdb__json_object_text_without_nulls(pairs) -%}
    {#- A merge patch (RFC 7396) drops members that are null. -#}
    cast(json_merge_patch('{}', {{ duckdb__json_object_text(pairs) }}) as string)
{%- endmacro %}

{% macro spark__json_object_text_without_nulls(pairs) -%}
    to_json(
        named_struct({% for name, value in pairs %}'{{ name }}', {{ value }}{{ ', ' if not loop.last }}{% endfor %}),
        map('ignoreNullFields', 'true')
    )
{%- endmacro %}
