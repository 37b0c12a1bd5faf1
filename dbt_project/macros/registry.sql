{#-
    The tables of our own past (source `registry`). The publisher puts them into the workspace before a build; where nobody did, they
    are empty.
-#}
{% macro create_registries() -%}
    {%- if execute -%}
        {%- for node in graph.sources.values() if node.source_name == 'registry' -%}
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
