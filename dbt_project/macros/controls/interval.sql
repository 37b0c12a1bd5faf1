{#- Local calendar date of a UTC timestamp: bills count days of the home time zone. -#}
{% macro local_day(expression) -%}
    cast({{ utc_to_local(expression, var('home_time_zone', 'Europe/Berlin')) }} as date)
{%- endmacro %}

{#- Days that two half-open date intervals share; zero when they don't meet. -#}
{% macro shared_days(start_a, end_a, start_b, end_b) -%}
    greatest(
        {{ dbt.datediff('greatest(' ~ start_a ~ ', ' ~ start_b ~ ')', 'least(' ~ end_a ~ ', ' ~ end_b ~ ')', 'day') }},
        0
    )
{%- endmacro %}

{#- One documented threshold of a control, as a scalar subquery's select: see seeds/reference/control_parameter.csv. -#}
{% macro control_parameter(control_id, parameter, data_type) -%}
    (
        select cast(max(parameter.value) as {{ data_type }})
        from {{ ref('control_parameter') }} as parameter
        where parameter.control_id = '{{ control_id }}' and parameter.parameter = '{{ parameter }}'
    )
{%- endmacro %}
