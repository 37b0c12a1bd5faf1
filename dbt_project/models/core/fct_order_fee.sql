-- One row per one-off fee that goes with an item of a product order: which price, and how much of it was waived.

with

fee as (
    select * from {{ ref('int_order_fee__from_orders') }}
),

item as (
    select order_item_id, product_order_id, product_id, service_id, customer_id, action, state, completed_at
    from {{ ref('fct_order_item') }}
)

select
    fee.order_item_id,
    item.product_order_id,
    item.product_id,
    item.service_id,
    item.customer_id,
    fee.product_offering_price_id,
    item.action,
    item.state,
    fee.alteration_name,
    fee.waived_percentage,
    item.completed_at
from fee
inner join item on fee.order_item_id = item.order_item_id
