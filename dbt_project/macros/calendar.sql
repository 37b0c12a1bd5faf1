{#- The local calendar date of a UTC timestamp, at home: bills count these days. -#}
{% macro local_date(expression) -%}
    cast({{ utc_to_local(expression, var('home_time_zone')) }} as date)
{%- endmacro %}

{#- The last local day of a half-open interval: an end at midnight and one in the evening before are the same end. -#}
{% macro last_local_date(valid_to) -%}
    {{ local_date(dbt.dateadd('second', -1, valid_to)) }}
{%- endmacro %}

{#- Whole days that two half-open intervals, of dates or of timestamps, have in common; 0 when they don't meet. -#}
{% macro shared_days(left_from, left_to, right_from, right_to) -%}
    greatest(
        0,
        {{ dbt.datediff(
            'greatest(' ~ left_from ~ ', ' ~ right_from ~ ')', 'least(' ~ left_to ~ ', ' ~ right_to ~ ')', 'day'
        ) }}
    )
{%- endmacro %}

{#- First day of the calendar month of a date, and of the month after it. -#}
{% macro month_start(date) -%}
    cast(date_trunc('month', {{ date }}) as date)
{%- endmacro %}

{% macro next_month_start(date) -%}
    cast({{ dbt.dateadd('month', 1, "date_trunc('month', " ~ date ~ ")") }} as date)
{%- endmacro %}
