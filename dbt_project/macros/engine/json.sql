{#- Text of the scalar or the JSON at a path such as $.validFor.startDateTime or $.category[0].name; null when absent. -#}
{% macro json_text(column, path) -%}
    {{ engine_macro('json_text')(column, path) }}
{%- endmacro %}

{% macro duckdb__json_text(column, path) -%}
    {#- DuckDB writes $."@type" for what RFC 9535 writes $['@type']. -#}
    json_extract_string({{ column }}, '{{ path | replace("['", '."') | replace("']", '"') }}')
{%- endmacro %}

{% macro spark__json_text(column, path) -%}
    get_json_object({{ column }}, '{{ path | replace("'", "\\'") }}')
{%- endmacro %}


{#-
    One row per element of a JSON array, right after a `from`: {{ json_array_elements('orders.items', 'item') }} gives
    item.element (JSON text) and item.position (from 1). An absent or empty array gives no row.
-#}
{% macro json_array_elements(column, alias) -%}
    {{ engine_macro('json_array_elements')(column, alias) }}
{%- endmacro %}

{% macro duckdb__json_array_elements(column, alias) -%}
    cross join lateral (
        select
            cast(unnest(json_extract({{ column }}, '$[*]')) as string) as element,
            generate_subscripts(json_extract({{ column }}, '$[*]'), 1) as position
    ) as {{ alias }}
{%- endmacro %}

{% macro spark__json_array_elements(column, alias) -%}
    lateral view inline(
        transform(from_json({{ column }}, 'array<string>'), (value, index) -> struct(index + 1, value))
    ) {{ alias }} as position, element
{%- endmacro %}


{#- The value at value_path of the first element of a JSON array whose match_path equals match_value, in any case. -#}
{% macro json_array_find(column, match_path, match_value, value_path) -%}
    {{ engine_macro('json_array_find')(column, match_path, match_value, value_path) }}
{%- endmacro %}

{% macro duckdb__json_array_find(column, match_path, match_value, value_path) -%}
    json_extract_string(
        list_extract(
            list_filter(
                json_extract({{ column }}, '$[*]'),
                lambda element: lower({{ duckdb__json_text('element', match_path) }}) = '{{ match_value | lower }}'
            ),
            1
        ),
        '{{ value_path }}'
    )
{%- endmacro %}

{% macro spark__json_array_find(column, match_path, match_value, value_path) -%}
    get_json_object(
        get(
            filter(
                from_json({{ column }}, 'array<string>'),
                element -> lower(get_json_object(element, '{{ match_path }}')) = '{{ match_value | lower }}'
            ),
            0
        ),
        '{{ value_path }}'
    )
{%- endmacro %}


{#- JSON object text from pairs: json_object_text([('crm.product', 'product_id_crm'), …]) with SQL expressions as values. -#}
{% macro json_object_text(pairs) -%}
    {{ engine_macro('json_object_text')(pairs) }}
{%- endmacro %}

{% macro duckdb__json_object_text(pairs) -%}
    cast(json_object({% for name, value in pairs %}'{{ name }}', {{ value }}{{ ', ' if not loop.last }}{% endfor %}) as string)
{%- endmacro %}

{% macro spark__json_object_text(pairs) -%}
    to_json(
        named_struct({% for name, value in pairs %}'{{ name }}', {{ value }}{{ ', ' if not loop.last }}{% endfor %}),
        map('ignoreNullFields', 'false')
    )
{%- endmacro %}
