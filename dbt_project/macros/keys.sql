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

{#-
    A resource's name without case, punctuation and leading zeros: fault management's SITE_0042/CELL-3 and the
    inventory's 'Site 42 Cell 3' meet as site42cell3. Zeros are taken off while the words still stand apart.
-#}
{% macro resource_name_key(column) -%}
    {{ regexp_replace_all(regexp_replace_all('lower(' ~ column ~ ')', '(^|[^0-9])0+([0-9])', '\\1\\2'), '[^a-z0-9]', '') }}
{%- endmacro %}
