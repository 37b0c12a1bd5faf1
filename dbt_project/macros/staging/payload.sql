{#- Readers of a TM Forum record as it landed (column `payload`), one line a column in a staging model. -#}

{% macro clean_text(expression) -%}
    nullif(trim({{ expression }}), '')
{%- endmacro %}

{#- Of several paths, for versions of an API that put a member in different places, the first that holds something. -#}
{% macro payload_text(path) -%}
    {%- set paths = [path] + (varargs | list) -%}
    {%- if paths | length == 1 -%}
    {{ clean_text(json_text('payload', path)) }}
    {%- else -%}
    coalesce({% for each in paths %}{{ clean_text(json_text('payload', each)) }}{{ ', ' if not loop.last }}{% endfor %})
    {%- endif -%}
{%- endmacro %}

{#- JSON text of an object or array; null for an absent or JSON-null member. -#}
{% macro payload_json(path) -%}
    {{ json_text('payload', path) }}
{%- endmacro %}

{#- UTC timestamp of an ISO 8601 date-time. -#}
{% macro payload_timestamp(path) -%}
    {{ iso_to_utc(json_text('payload', path)) }}
{%- endmacro %}

{#- Any other type; a value that doesn't fit is null, and the landing checks report it. -#}
{% macro payload_value(path, data_type) -%}
    try_cast({{ json_text('payload', path) }} as {{ data_type }})
{%- endmacro %}

{#- Where each row came from: the last columns of every staging model. -#}
{% macro load_metadata() -%}
    _load_id,
    cast(_loaded_at as timestamp) as _loaded_at,
    _source_ref,
    _source_position,
    _row_hash
{%- endmacro %}
