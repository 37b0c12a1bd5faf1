{#-
    Which systems hold an entity, in the order in which their records are unioned. One place: adding a system to an entity
    is its model int_<entity>__from_<system> and its name here.
-#}
{% macro conformed_systems(entity) -%}
    {{ return({
        'customer': ['crm', 'crm_fixed', 'billing'],
        'billing_account': ['billing'],
        'product': ['crm', 'crm_fixed', 'billing'],
        'service': ['inventory', 'subscribers', 'crm', 'crm_fixed', 'billing'],
        'resource': ['inventory', 'subscribers', 'alarms', 'performance'],
    }[entity]) }}
{%- endmacro %}

{#- The records of every system that holds an entity, with the named columns, one under the other. -#}
{% macro conformed_records(entity, columns) -%}
    {%- for system in conformed_systems(entity) %}
    select
        {% for column in columns -%}
        {{ column }}{{ ',' if not loop.last }}
        {% endfor -%}
    from {{ ref('int_' ~ entity ~ '__from_' ~ system) }}
    {% if not loop.last %}union all{% endif %}
    {%- endfor %}
{%- endmacro %}

{#- One name for a record of a source, everywhere in identity: '<system>:<entity>:<key>'. -#}
{% macro record_id(system, entity, key) -%}
    case when {{ key }} is not null then concat_ws(':', '{{ system }}', '{{ entity }}', {{ key }}) end
{%- endmacro %}

{#-
    The ID of a cluster, from the name of its most senior record (see the seed precedence, attribute `id`): the same
    in every run and for every order of the input.
-#}
{% macro cluster_id(entity, senior_record_id) -%}
    md5(concat_ws('|', '{{ entity }}', {{ senior_record_id }}))
{%- endmacro %}

{#- The start of an interval that nobody knows; core never holds a null start. -#}
{% macro open_start() -%}
    timestamp '1900-01-01 00:00:00'
{%- endmacro %}

{#- Position of a system in the precedence of an attribute, 1 first; 1000 for a system that it doesn't name. -#}
{% macro precedence_position(systems, system) -%}
    case
        when instr(concat_ws('', ' ', {{ systems }}, ' '), concat_ws('', ' ', {{ system }}, ' ')) = 0 then 1000
        else instr(concat_ws('', ' ', {{ systems }}, ' '), concat_ws('', ' ', {{ system }}, ' '))
    end
{%- endmacro %}
