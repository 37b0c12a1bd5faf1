-- One-off fees that go with an order's items (TMF622 itemPrice), and how much of each was waived when it was ordered.

with

item as (
    select
        product_order.product_order_id,
        item.position as item_position,
        {{ json_text('item.element', '$.itemPrice') }} as item_price
    from {{ ref('stg_orders__product_order') }} as product_order
    {{ json_array_elements('product_order.product_order_item', 'item') }}
),

fee as (
    select
        item.product_order_id,
        item.item_position,
        {{ code_key(json_text('price.element', '$.priceType')) }} as price_type_source,
        {{ clean_text(json_text('price.element', '$.productOfferingPrice.id')) }} as product_offering_price_id,
        {{ clean_text(json_text('price.element', '$.priceAlteration[0].name')) }} as alteration_name,
        coalesce(
            cast({{ json_text('price.element', '$.priceAlteration[0].price.percentage') }} as decimal(9, 4)), 0
        ) as waived_percentage
    from item
    {{ json_array_elements('item.item_price', 'price') }}
)

select
    {{ hash_key(['product_order_id', 'item_position']) }} as order_item_id,
    product_offering_price_id,
    max(alteration_name) as alteration_name,
    cast(max(waived_percentage) as decimal(9, 4)) as waived_percentage
from fee
where price_type_source = 'onetime' and product_offering_price_id is not null
group by product_order_id, item_position, product_offering_price_id
