{#- One documented figure of the revenue bridge, as a scalar subquery's select: see seeds/reference/bridge_parameter.csv. -#}
{% macro bridge_parameter(parameter, data_type) -%}
    (
        select cast(max(parameter.value) as {{ data_type }})
        from {{ ref('bridge_parameter') }} as parameter
        where parameter.parameter = '{{ parameter }}'
    )
{%- endmacro %}
