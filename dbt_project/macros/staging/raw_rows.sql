{#-
    Which landed rows count. Only loads whose outcome record says 'loaded', and that nobody holds, do (stg_ops__load).
    What "current" means follows from the entity's load mode in its source.yml (load_modes, generated):
      full         rows of the latest counted load; absence means deleted
      incremental  the latest version of each key, by cursor, then load, then place in the load
      snapshot     rows of the latest file date; each file date once, from its latest load
      file         every row; a file is loaded once
    Both macros render a select, to be the body of an import CTE.
-#}

{% macro current_rows(system, entity) -%}
    {%- set raw = source(system, entity) -%}
    {%- set loads = ref('stg_ops__load') -%}
    {%- set load = load_modes()[system][entity] -%}
    {%- if load.mode == 'full' -%}
    select raw.*
    from {{ raw }} as raw
    where raw._load_id = (
        select max(load.load_id)
        from {{ loads }} as load
        where load.system = '{{ system }}' and load.entity = '{{ entity }}' and load.is_counted
    )
    {%- elif load.mode == 'incremental' -%}
    select versions.*
    from (
        select
            raw.*,
            row_number() over (
                partition by {{ prefixed('raw', load.key) }}
                order by raw.{{ load.cursor }} desc nulls last, raw._load_id desc nulls last, raw._source_position desc nulls last
            ) as _version_rank
        from {{ raw }} as raw
        where raw._load_id in ({{ counted_loads(system, entity, loads) }})
    ) as versions
    where versions._version_rank = 1
    {%- elif load.mode == 'snapshot' -%}
    {{ snapshot_rows(system, entity, raw, loads, latest_only=true) }}
    {%- else -%}
    {{ counted_rows(system, entity, raw, loads) }}
    {%- endif -%}
{%- endmacro %}


{#- Every counted row: of a snapshot entity each file date once, otherwise all versions. -#}
{% macro all_rows(system, entity) -%}
    {%- set raw = source(system, entity) -%}
    {%- set loads = ref('stg_ops__load') -%}
    {%- if load_modes()[system][entity].mode == 'snapshot' -%}
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
