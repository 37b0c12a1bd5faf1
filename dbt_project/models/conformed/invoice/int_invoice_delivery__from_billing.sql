-- One row per attempt to deliver an invoice.

with

invoice_delivery as (
    select * from {{ ref('stg_billing__invoice_delivery') }}
)

select
    invoice_delivery_id,
    invoice_id,
    cast(attempt_number as integer) as attempt_number,
    lower(channel) as channel,
    lower(status) as status,
    lower(hold_reason) as hold_reason,
    lower(bounce_reason) as bounce_reason,
    created_at,
    held_at,
    released_at,
    sent_at,
    delivered_at,
    bounced_at
from invoice_delivery
