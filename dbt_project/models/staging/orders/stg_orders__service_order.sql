-- One row per service order in the latest counted load. Its external id is a text in version 4 of the API and a list of
-- identifiers in version 5.

with

service_order as (
    {{ current_rows('orders', 'service_order') }}
)

select
    id as service_order_id,
    {{ payload_text('$.state') }} as state,
    {{ payload_timestamp('$.orderDate') }} as ordered_at,
    {{ payload_timestamp('$.completionDate') }} as completed_at,
    {{ payload_text('$.externalId[0].id', '$.externalId') }} as product_order_id,
    {{ payload_json('$.serviceOrderItem') }} as service_order_item,
    {{ load_metadata() }}
from service_order
