{#-
    Charged steps of a quantity: rounded up to whole steps, at least one. Division in double precision is exact wherever the
    quantity is a multiple of the unit size, and quantities stay far below 2^52, so that rounding up can't add a step.
-#}
{% macro charged_steps(quantity, unit_size) -%}
    greatest(cast(ceil(cast({{ quantity }} as double) / nullif({{ unit_size }}, 0)) as bigint), 1)
{%- endmacro %}
