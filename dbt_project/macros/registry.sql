{#-
    The tables of our own past: durable identities (source `registry`) and what people did with cases (source `cases`). They are put into
    the workspace before a build; where nobody did, they are empty.
-#}
{% macro create_registries() -%}
    {%- if execute -%}
        {%- for node in graph.sources.values() if node.source_name in ('registry', 'cases') -%}
            {%- do run_query('create schema if not exists ' ~ node.schema) -%}
            {%- set columns = [] -%}
            {%- for column in node.columns.values() -%}
                {%- do columns.append(column.name ~ ' ' ~ column.data_type) -%}
            {%- endfor -%}
            {%- do run_query(
                'create table if not exists ' ~ node.schema ~ '.' ~ node.identifier ~ ' (' ~ columns | join(', ') ~ ')'
            ) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}
