-- One row per product order in the latest counted load.
-- The sales channel stands in the list itself in version 4 of the API, and one level deeper in version 5.

with

product_order as (
    {{ current_rows('orders', 'product_order') }}
)

select
    id as product_order_id,
    {{ payload_text('$.state') }} as state,
    {{ payload_timestamp('$.orderDate') }} as ordered_at,
    {{ payload_timestamp('$.requestedCompletionDate') }} as requested_completion_at,
    {{ payload_timestamp('$.completionDate') }} as completed_at,
    {{ payload_text('$.channel[0].name', '$.channel[0].channel.name') }} as channel,
    {{ payload_json('$.relatedParty') }} as related_party,
    {{ payload_json('$.productOrderItem') }} as product_order_item,
    {{ load_metadata() }}
from product_order
