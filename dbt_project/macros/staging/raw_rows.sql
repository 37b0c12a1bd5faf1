{#-
    Which landed rows count. Only loads whose outcome record says 'loaded', and that nobody holds, do (stg_ops__load).
    What "current" means follows from the entity's load mode in its source.yml:
      full         rows of the latest counted load; absence means deleted
      incremental  the latest version of each key, by cursor, then load
      snapshot     rows of the latest file date; each file date once, from its latest load
      file         every row; a file is loaded once
    Both macros render a select, to be the body of an import CTE.
-#}

{% macro current_rows(system, entity) -%}
    {%- set raw = source(system, entity) -%}
    {%- set loads = ref('stg_ops__load') -%}
    {%- set meta = source_meta(system, entity) -%}
    {%- if meta.mode == 'full' -%}
    select raw.*
    from {{ raw }} as raw
    where raw._load_id = (
        select max(load.load_id)
        from {{ loads }} as load
        where load.system = '{{ system }}' and load.entity = '{{ entity }}' and load.is_counted
    )
    {%- elif meta.mode == 'incremental' -%}
    select versions.*
    from (
        select
            raw.*,
            row_number() over (
                partition by {{ prefixed('raw', meta.key) }}
                order by raw.{{ meta.cursor }} desc nulls last, raw._load_id desc nulls last, raw._row_hash desc nulls last
            ) as _version_rank
        from {{ raw }} as raw
        where raw._load_id in ({{ counted_loads(system, entity, loads) }})
    ) as versions
    where versions._version_rank = 1
    {%- elif meta.mode == 'snapshot' -%}
    {{ snapshot_rows(system, entity, raw, loads, latest_only=true) }}
    {%- else -%}
    {{ counted_rows(system, entity, raw, loads) }}
    {%- endif -%}
{%- endmacro %}


{#- Every counted row: of a snapshot entity each file date once, otherwise all versions. -#}
{% macro all_rows(system, entity) -%}
    {%- set raw = source(system, entity) -%}
    {%- set loads = ref('stg_ops__load') -%}
    {%- if source_meta(system, entity).mode == 'snapshot' -%}
    {{ snapshot_rows(system, entity, raw, loads, latest_only=false) }}
    {%- else -%}
    {{ counted_rows(system, entity, raw, loads) }}
    {%- endif -%}
{%- endmacro %}


{% macro counted_rows(system, entity, raw, loads) -%}
    select raw.*
    from {{ raw }} as raw
    where raw._load_id in ({{ counted_loads(system, entity, loads) }})
{%- endmacro %}


{% macro snapshot_rows(system, entity, raw, loads, latest_only) -%}
    select raw.*
    from {{ raw }} as raw
    inner join (
        select
            landed.file_date as kept_file_date,
            max(landed._load_id) as kept_load_id
        from {{ raw }} as landed
        where landed._load_id in ({{ counted_loads(system, entity, loads) }})
        group by landed.file_date
        {%- if latest_only %}
        order by landed.file_date desc nulls last
        limit 1
        {%- endif %}
    ) as kept
        on raw.file_date = kept.kept_file_date
        and raw._load_id = kept.kept_load_id
{%- endmacro %}


{% macro counted_loads(system, entity, loads) -%}
    select load.load_id
    from {{ loads }} as load
    where load.system = '{{ system }}' and load.entity = '{{ entity }}' and load.is_counted
{%- endmacro %}


{% macro prefixed(alias, columns) -%}
    {% for column in columns %}{{ alias }}.{{ column }}{{ ', ' if not loop.last }}{% endfor %}
{%- endmacro %}


{#- The meta of a source table (mode, key, cursor), which generate_sources.py takes from source.yml. -#}
{% macro source_meta(system, entity) -%}
    {%- if not execute -%}
        {{ return({'mode': 'file', 'key': [], 'cursor': none}) }}
    {%- endif -%}
    {%- for node in graph.sources.values() if node.source_name == system and node.name == entity -%}
        {{ return(node.meta) }}
    {%- endfor -%}
    {{ exceptions.raise_compiler_error('no source ' ~ system ~ '.' ~ entity) }}
{%- endmacro %}
