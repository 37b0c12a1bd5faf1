{#- UTC timestamp of an ISO 8601 text; a text without an offset is UTC; null when it is no timestamp. -#}
{% macro iso_to_utc(expression) -%}
    {{ engine_macro('iso_to_utc')(expression) }}
{%- endmacro %}

{% macro duckdb__iso_to_utc(expression) -%}
    cast(try_cast({{ expression }} as timestamp with time zone) as timestamp)
{%- endmacro %}

{% macro spark__iso_to_utc(expression) -%}
    try_cast({{ expression }} as timestamp)
{%- endmacro %}


{#- UTC timestamp of a local date or date-time; the zone is an IANA name or a SQL expression in quotes of its own. -#}
{% macro local_to_utc(expression, zone) -%}
    {{ engine_macro('local_to_utc')(expression, zone) }}
{%- endmacro %}

{% macro duckdb__local_to_utc(expression, zone) -%}
    timezone('UTC', timezone('{{ zone }}', cast({{ expression }} as timestamp)))
{%- endmacro %}

{% macro spark__local_to_utc(expression, zone) -%}
    to_utc_timestamp(cast({{ expression }} as timestamp), '{{ zone }}')
{%- endmacro %}


{#- Local date-time of a UTC timestamp. -#}
{% macro utc_to_local(expression, zone) -%}
    {{ engine_macro('utc_to_local')(expression, zone) }}
{%- endmacro %}

{% macro duckdb__utc_to_local(expression, zone) -%}
    timezone('{{ zone }}', timezone('UTC', cast({{ expression }} as timestamp)))
{%- endmacro %}

{% macro spark__utc_to_local(expression, zone) -%}
    from_utc_timestamp(cast({{ expression }} as timestamp), '{{ zone }}')
{%- endmacro %}


{#- Whole seconds since 1970-01-01 00:00 UTC of a UTC timestamp. -#}
{% macro epoch_seconds(expression) -%}
    {{ engine_macro('epoch_seconds')(expression) }}
{%- endmacro %}

{% macro duckdb__epoch_seconds(expression) -%}
    cast(floor(epoch({{ expression }})) as bigint)
{%- endmacro %}

{% macro spark__epoch_seconds(expression) -%}
    unix_seconds({{ expression }})
{%- endmacro %}
