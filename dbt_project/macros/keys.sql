{#- Durable text key of some columns: equal inputs give an equal key on every engine and in every run. -#}
{% macro hash_key(columns) -%}
    md5(concat_ws('|'{% for column in columns %}, coalesce(cast({{ column }} as string), '∅'){% endfor %}))
{%- endmacro %}

{#- A source's code word without case, spaces and punctuation: 'In Progress', 'inProgress' and 'IN_PROGRESS' meet. -#}
{% macro code_key(column) -%}
    {{ regexp_replace_all('lower(' ~ column ~ ')', '[^a-z0-9]', '') }}
{%- endmacro %}

{#- The end of an interval that is still open; core never holds a null end. -#}
{% macro open_end() -%}
    timestamp '9999-12-31 00:00:00'
{%- endmacro %}
