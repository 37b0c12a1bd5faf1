{#- Who holds a SIM, and who a number, over which interval: the CTEs imsi_holders and number_holders, each with its comma. -#}
{% macro number_holders() -%}
imsi_holders as (
    select number_value, service_id, valid_from, valid_to
    from {{ ref('bridge_service_number') }}
    where number_type = 'imsi'
),

number_holders as (
    select number_value, service_id, valid_from, valid_to
    from {{ ref('bridge_service_number') }}
    where number_type in ('msisdn', 'line')
),
{%- endmacro %}
