{#-
    Ceases that hold: order and item completed, and nothing activated the same product or service again later. A select of items, to be
    the body of a CTE.
      item  relation of order items, with the columns of fct_order_item
-#}
{% macro standing_ceases(item) -%}
    select cease.*
    from {{ item }} as cease
    where
        cease.action = 'delete'
        and cease.state = 'completed'
        and coalesce(cease.service_order_state, 'completed') = 'completed'
        and cease.completed_at is not null
        {%- for key in ['product_id', 'service_id'] %}
        and not exists (
            select 1
            from {{ item }} as activation
            where
                activation.{{ key }} = cease.{{ key }}
                and activation.action = 'add'
                and activation.state = 'completed'
                and activation.completed_at > cease.completed_at
        )
        {%- endfor %}
{%- endmacro %}
