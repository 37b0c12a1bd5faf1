{#- Durable text key of some columns: equal inputs give an equal key on every engine and in every run. -#}
{% macro hash_key(columns) -%}
    md5(concat_ws('|'{% for column in columns %}, coalesce(cast({{ column }} as string), '∅'){% endfor %}))
{%- endmacro %}

{#-
    A source's code word without case, spaces and punctuation, and with umlauts written out: 'In Progress', 'inProgress'
    and 'IN_PROGRESS' meet, and so do 'gekündigt' and 'GEKUENDIGT'.
-#}
{% macro code_key(column) -%}
    {%- set ns = namespace(expression='lower(' ~ column ~ ')') -%}
    {%- for letter, written_out in [('ä', 'ae'), ('ö', 'oe'), ('ü', 'ue'), ('ß', 'ss')] -%}
        {%- set ns.expression = "replace(" ~ ns.expression ~ ", '" ~ letter ~ "', '" ~ written_out ~ "')" -%}
    {%- endfor -%}
    {{ regexp_replace_all(ns.expression, '[^a-z0-9]', '') }}
{%- endmacro %}

{#- The end of an interval that is still open; core never holds a null end. -#}
{% macro open_end() -%}
    timestamp '9999-12-31 00:00:00'
{%- endmacro %}
