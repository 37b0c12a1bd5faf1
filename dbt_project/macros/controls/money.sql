{#-
    A quotient of whole numbers, rounded half away from zero; the denominator is above zero. Exact while both, doubled, stay below
    2^53: the quotient in double precision can't reach the next whole number then.
-#}
{% macro divide_half_up(numerator, denominator) -%}
    cast(
        sign({{ numerator }}) * floor((2 * abs({{ numerator }}) + {{ denominator }}) / nullif(2 * {{ denominator }}, 0)) as bigint
    )
{%- endmacro %}

{#- Whole cents of an amount. -#}
{% macro in_cents(amount) -%}
    cast(round({{ amount }} * 100, 0) as bigint)
{%- endmacro %}

{#- The amount of whole cents, exact: a division would be one of floating-point numbers. -#}
{% macro from_cents(cents) -%}
    cast(cast({{ cents }} as decimal(18, 0)) * cast(0.01 as decimal(3, 2)) as decimal(18, 2))
{%- endmacro %}

{#-
    Parts of a cent in which reductions of a monthly price are counted, so that per cent with four decimals of whole cents stay
    whole numbers.
-#}
{% macro parts_of_a_cent() -%}
    1000000
{%- endmacro %}

{#- One amount or count in per cent of another, rounded; null where one of them is. The divisor is not zero. -#}
{% macro percentage(part, whole, digits=2) -%}
    cast(round(cast({{ part }} as decimal(18, 6)) * 100 / {{ whole }}, {{ digits }}) as decimal(12, {{ digits }}))
{%- endmacro %}
