{#-
    What usage is worth at catalogue prices: each event with its price, a select to be the body of a CTE. An event that mediation passed
    on twice was used once; zones that are free by rule are worth nothing; an event without a catalogue price is left out.
      used  relation of usage events with product_offering_id and the columns of fct_usage
-#}
{% macro usage_at_catalogue_price(used) -%}
    select
        single.*,
        price.product_offering_price_id,
        price.currency_code,
        price.price_amount as unit_price,
        {{ charged_steps('single.quantity', 'price.unit_size') }} as charged_steps,
        cast({{ charged_steps('single.quantity', 'price.unit_size') }} * price.price_amount as decimal(18, 6)) as amount
    from (
        select
            *,
            row_number() over (
                partition by
                    service_id, served_imsi, usage_type, zone, other_party, partial_sequence, quantity, started_at
                order by event_reference nulls last
            ) as copy_number
        from {{ used }}
    ) as single
    inner join {{ ref('usage_zone') }} as zone
        on single.zone = zone.zone
        and not zone.is_free_by_rule
    inner join {{ ref('dim_product_offering_price') }} as price
        on single.product_offering_id = price.product_offering_id
        and price.price_type = 'usage'
        and single.usage_type = price.usage_type
        and single.zone = price.zone
        and single.started_at >= price.valid_from
        and single.started_at < price.valid_to
    where single.copy_number = 1 and price.price_amount <> 0
{%- endmacro %}
