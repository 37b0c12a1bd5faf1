{#- A text as one field of a CSV row: quoted when it needs to be, empty for null. -#}
{% macro csv_field(expression) -%}
    case
        when instr({{ expression }}, ',') > 0 or instr({{ expression }}, '"') > 0 or instr({{ expression }}, chr(10)) > 0
            then concat_ws('', '"', replace({{ expression }}, '"', '""'), '"')
        else coalesce({{ expression }}, '')
    end
{%- endmacro %}

{#-
    The row that a steward adds to seeds/steward/customer_link.csv: ready but for the name. The time is that of the data (`decided_at`).
      left, right  aliases with system, source_entity, source_key
-#}
{% macro decision_row(decision, left, right, decided_at, reason) -%}
    concat_ws(
        ',', '{{ decision }}',
        {% for side in (left, right) -%}
        {{ csv_field(side ~ '.system') }}, {{ csv_field(side ~ '.source_entity') }}, {{ csv_field(side ~ '.source_key') }},
        {% endfor -%}
        '<your name>', cast(date_trunc('second', {{ decided_at }}) as string), {{ csv_field(reason) }}
    )
{%- endmacro %}
