-- One row per service order in the latest counted load.

with

service_order as (
    {{ current_rows('orders', 'service_order') }}
)

select
    id as service_order_id,
    {{ payload_text('$.state') }} as state,
    {{ payload_timestamp('$.orderDate') }} as ordered_at,
    {{ payload_timestamp('$.completionDate') }} as completed_at,
    {{ payload_text('$.externalId') }} as product_order_id,
    {{ payload_json('$.serviceOrderItem') }} as service_order_item,
    {{ load_metadata() }}
from service_order
