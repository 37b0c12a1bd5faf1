-- One row per item of a product order, beside the service order that carries it out.
-- An item's own state wins over its order's: one item may have failed in an order that is partly done. Several service
-- orders may name one product order; an item takes the latest of those with its own action, else the latest.

with

product_order_item as (
    select
        product_order.product_order_id,
        {{ clean_text(json_text('item.element', '$.id')) }} as item_id,
        item.position as item_position,
        {{ related_party_id('product_order.related_party', 'customer') }} as customer_id_source,
        coalesce(
            {{ clean_text(json_text('item.element', '$.product.id')) }},
            {{ clean_text(json_text('item.element', '$.product.product.id')) }}
        ) as product_id_source,
        {{ clean_text(json_text('item.element', '$.productOffering.id')) }} as product_offering_id,
        {{ code_key(json_text('item.element', '$.action')) }} as action_source,
        coalesce({{ clean_text(json_text('item.element', '$.state')) }}, product_order.state) as state_source,
        {{ characteristic_value(json_text('item.element', '$.product.productCharacteristic'), 'billingStartDate') }}
            as billing_start_source,
        {{ json_text('item.element', '$.itemPrice[0].priceAlteration[0].priceType') }} as alteration_price_type,
        {{ json_text('item.element', '$.itemPrice[0].priceAlteration[0].price.percentage') }} as alteration_percentage,
        {{ json_text('item.element', '$.itemPrice[0].priceAlteration[0].unitOfMeasure') }} as alteration_unit,
        {{ json_text('item.element', '$.itemPrice[0].priceAlteration[0].applicationDuration') }} as alteration_duration,
        product_order.ordered_at,
        product_order.requested_completion_at,
        product_order.completed_at
    from {{ ref('stg_orders__product_order') }} as product_order
    {{ json_array_elements('product_order.product_order_item', 'item') }}
),

service_order_action as (
    select
        service_order.product_order_id,
        service_order.service_order_id,
        service_order.state as state_source,
        service_order.ordered_at,
        service_order.completed_at,
        {{ code_key(json_text('item.element', '$.action')) }} as action,
        {{ clean_text(json_text('item.element', '$.service.id')) }} as service_id_inventory
    from {{ ref('stg_orders__service_order') }} as service_order
    {{ json_array_elements('service_order.service_order_item', 'item') }}
),

candidate as (
    select
        product_order_item.product_order_id,
        product_order_item.item_position,
        service_order_action.service_order_id,
        service_order_action.state_source,
        service_order_action.completed_at,
        service_order_action.service_id_inventory,
        row_number() over (
            partition by product_order_item.product_order_id, product_order_item.item_position
            order by
                case when service_order_action.action = product_order_item.action_source then 0 else 1 end nulls last,
                service_order_action.ordered_at desc nulls last,
                service_order_action.service_order_id desc nulls last,
                service_order_action.service_id_inventory nulls last
        ) as candidate_rank
    from product_order_item
    inner join service_order_action on product_order_item.product_order_id = service_order_action.product_order_id
)

select
    {{ hash_key(['product_order_item.product_order_id', 'product_order_item.item_position']) }} as order_item_id,
    product_order_item.product_order_id,
    product_order_item.item_id,
    candidate.service_order_id,
    product_order_item.customer_id_source,
    product_order_item.product_id_source,
    candidate.service_id_inventory,
    product_order_item.product_offering_id,
    action.canonical_value as action,
    state.canonical_value as state,
    service_order_state.canonical_value as service_order_state,
    product_order_item.action_source,
    product_order_item.state_source,
    candidate.state_source as service_order_state_source,
    product_order_item.ordered_at,
    product_order_item.requested_completion_at,
    product_order_item.completed_at,
    candidate.completed_at as service_order_completed_at,
    try_cast(product_order_item.billing_start_source as date) as agreed_billing_start,
    -- A discount of the whole recurring charge for some months from the start: until then nothing is due.
    case
        when lower(product_order_item.alteration_price_type) = 'recurring'
            and try_cast(product_order_item.alteration_percentage as decimal(9, 4)) = 100
            and lower(product_order_item.alteration_unit) in ('month', 'months')
            then try_cast(product_order_item.alteration_duration as integer)
    end as free_months
from product_order_item
left join candidate
    on product_order_item.product_order_id = candidate.product_order_id
    and product_order_item.item_position = candidate.item_position
    and candidate.candidate_rank = 1
{{ join_vocabulary('order_action', 'orders', 'product_order_item.action_source', 'action') }}
{{ join_vocabulary('order_state', 'orders', 'product_order_item.state_source', 'state') }}
{{ join_vocabulary('order_state', 'orders', 'candidate.state_source', 'service_order_state') }}
