-- One row per attempt to deliver an invoice, in its latest version.

with

invoice_delivery as (
    {{ current_rows('billing', 'invoice_delivery') }}
)

select
    invoice_delivery_id,
    invoice_id,
    attempt_number,
    {{ clean_text('channel') }} as channel,
    {{ clean_text('status') }} as status,
    {{ clean_text('hold_reason') }} as hold_reason,
    {{ clean_text('bounce_reason') }} as bounce_reason,
    cast(created_at as timestamp) as created_at,
    cast(held_at as timestamp) as held_at,
    cast(released_at as timestamp) as released_at,
    cast(sent_at as timestamp) as sent_at,
    cast(delivered_at as timestamp) as delivered_at,
    cast(bounced_at as timestamp) as bounced_at,
    cast(updated_at as timestamp) as updated_at,
    {{ load_metadata() }}
from invoice_delivery
