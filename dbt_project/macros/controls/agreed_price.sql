{#-
    CTEs that put agreed prices in place of list prices: `priced` has what `listed` has, cut where an agreement begins or ends, with
    agreement_id (null: the list price) and monthly_cents.
      listed    CTE with the key, product_offering_id, currency_code, from_day, to_day, listed_cents; its rows do not overlap
      agreed    relation with the key, product_offering_id, currency_code, agreement_id, monthly_cents, from_day, to_day
      columns   further columns of listed
-#}
{% macro agreed_price_ctes(listed, agreed, key, columns=[]) -%}
{%- set stretch = [key, 'product_offering_id', 'currency_code'] -%}
covered as (
    select
        {% for column in stretch -%}
        {{ listed }}.{{ column }},
        {% endfor -%}
        {{ listed }}.from_day as listed_from,
        agreed.agreement_id,
        agreed.monthly_cents,
        greatest({{ listed }}.from_day, agreed.from_day) as from_day,
        least({{ listed }}.to_day, agreed.to_day) as to_day
    from {{ listed }}
    inner join {{ agreed }} as agreed
        on {{ listed }}.from_day < agreed.to_day
        and {{ listed }}.to_day > agreed.from_day
        {%- for column in stretch %}
        and {{ listed }}.{{ column }} = agreed.{{ column }}
        {%- endfor %}
),

price_edge as (
    select {{ stretch | join(', ') }}, from_day as listed_from, from_day as edge_day from {{ listed }}
    union
    select {{ stretch | join(', ') }}, listed_from, from_day as edge_day from covered
    union
    select {{ stretch | join(', ') }}, listed_from, to_day as edge_day from covered
),

price_piece as (
    select
        {{ stretch | join(', ') }},
        listed_from,
        edge_day as from_day,
        lead(edge_day) over (partition by {{ stretch | join(', ') }}, listed_from order by edge_day nulls last) as next_day
    from price_edge
),

priced as (
    select
        {% for column in stretch + columns -%}
        {{ listed }}.{{ column }},
        {% endfor -%}
        covered.agreement_id,
        {{ listed }}.listed_cents,
        coalesce(covered.monthly_cents, {{ listed }}.listed_cents) as monthly_cents,
        price_piece.from_day,
        coalesce(price_piece.next_day, {{ listed }}.to_day) as to_day
    from {{ listed }}
    inner join price_piece
        on {{ listed }}.from_day = price_piece.listed_from
        and price_piece.from_day < {{ listed }}.to_day
        {%- for column in stretch %}
        and {{ listed }}.{{ column }} = price_piece.{{ column }}
        {%- endfor %}
    left join covered
        on {{ listed }}.from_day = covered.listed_from
        and price_piece.from_day >= covered.from_day
        and price_piece.from_day < covered.to_day
        {%- for column in stretch %}
        and {{ listed }}.{{ column }} = covered.{{ column }}
        {%- endfor %}
)
{%- endmacro %}

{#- The agreed monthly price, given in cents, where there is one; else the list price. -#}
{% macro agreed_or_listed(agreed_cents, listed_amount) -%}
    coalesce({{ from_cents(agreed_cents) }}, {{ listed_amount }})
{%- endmacro %}
