{#-
    A scalar subquery would be slow and a join is clear, so this renders the join: the canonical word of a source's code.
    Use: `{{ join_vocabulary('order_state', 'orders', 'product_order.state', 'order_state') }}` after a `from`, then
    `order_state.canonical_value`.
-#}
{% macro join_vocabulary(entity, system, column, alias) -%}
    left join {{ ref('status_vocabulary') }} as {{ alias }}
        on {{ alias }}.entity = '{{ entity }}'
        and {{ alias }}.system = '{{ system }}'
        and {{ alias }}.source_value = {{ code_key(column) }}
{%- endmacro %}
