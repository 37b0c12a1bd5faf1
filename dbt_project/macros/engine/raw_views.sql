{#-
    Makes every landed entity readable as the view raw_<system>.<entity>, before anything else runs. Models then name
    sources only, unit tests know their columns, and the physical reading has this one place per engine.
    The view has every declared column even when no load wrote it yet, and no rows when nothing has landed.
-#}
{% macro create_raw_views() -%}
    {%- if execute and not var('engine', '') -%}
        {%- set made = [] -%}
        {%- for node in graph.sources.values() if node.meta.reader is defined -%}
            {%- if node.schema not in made -%}
                {%- do made.append(node.schema) -%}
                {%- do run_query('create schema if not exists ' ~ node.schema) -%}
            {%- endif -%}
            {%- do run_query(
                'create or replace view ' ~ node.schema ~ '.' ~ node.identifier ~ ' as ' ~ raw_view_query(node)
            ) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}


{#- The body of one raw view; `node` is a source of the graph with meta.reader parquet, load_record or hold. -#}
{% macro raw_view_query(node) -%}
    {{ engine_macro('raw_view_query')(node) }}
{%- endmacro %}

{% macro raw_glob(node) -%}
    {%- set pattern = {
        'parquet': node.source_name ~ '/' ~ node.name ~ '/*/*.parquet',
        'load_record': '*/_loads/*/*.json',
        'hold': '*/_holds/*/*.json',
    }[node.meta.reader] -%}
    {{ var('raw_folder') ~ '/' ~ pattern }}
{%- endmacro %}


{% macro duckdb__raw_view_query(node) -%}
    {%- set pattern = raw_glob(node) | trim | replace("'", "''") -%}
    {%- set nothing_landed = run_query("select count(*) from glob('" ~ pattern ~ "')").rows[0][0] == 0 -%}
    select {% for column in node.columns.values() %}cast(null as {{ column.data_type }}) as {{ column.name }}{{ ', ' if not loop.last }}{% endfor %}
    where false
    {%- if not nothing_landed %}
    union all by name
    {%- if node.meta.reader == 'parquet' %}
    select * from read_parquet('{{ pattern }}', union_by_name = true, hive_partitioning = false)
    {%- elif node.meta.reader == 'load_record' %}
    select *
    from read_json('{{ pattern }}', format = 'unstructured', columns = {
        {%- for column in node.columns.values() %}{{ column.name }}: '{{ column.data_type }}'{{ ', ' if not loop.last }}{% endfor -%}
    })
    {%- else %}
    select
        split_part(file, '/', -4) as system,
        split_part(file, '/', -2) as entity,
        split_part(split_part(file, '/', -1), '.', 1) as load_id
    from glob('{{ pattern }}')
    {%- endif %}
    {%- endif %}
{%- endmacro %}


{#- Spark refuses an empty path pattern, so a source that never landed needs the schema file that ingestion writes. -#}
{% macro spark__raw_view_query(node) -%}
    {%- set pattern = raw_glob(node) | trim -%}
    {%- if node.meta.reader == 'parquet' -%}
    select {% for column in node.columns.values() %}{{ column.name }}{{ ', ' if not loop.last }}{% endfor %}
    from parquet.`{{ pattern }}`
    {%- elif node.meta.reader == 'load_record' -%}
    select {% for column in node.columns.values() %}cast({{ column.name }} as {{ column.data_type }}) as {{ column.name }}{{ ', ' if not loop.last }}{% endfor %}
    from json.`{{ pattern }}`
    {%- else -%}
    select
        element_at(split(_metadata.file_path, '/'), -4) as system,
        element_at(split(_metadata.file_path, '/'), -2) as entity,
        split(_metadata.file_name, '[.]')[0] as load_id
    from text.`{{ pattern }}`
    {%- endif -%}
{%- endmacro %}
