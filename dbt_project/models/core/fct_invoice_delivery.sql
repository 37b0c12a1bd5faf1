-- One row per attempt to deliver an invoice.

with

invoice_delivery as (
    select * from {{ ref('int_invoice_delivery__from_billing') }}
)

select
    invoice_delivery.invoice_delivery_id,
    invoice_delivery.invoice_id,
    invoice.billing_account_id,
    invoice_delivery.attempt_number,
    invoice_delivery.channel,
    invoice_delivery.status,
    invoice_delivery.hold_reason,
    invoice_delivery.bounce_reason,
    invoice_delivery.created_at,
    invoice_delivery.held_at,
    invoice_delivery.released_at,
    invoice_delivery.sent_at,
    invoice_delivery.delivered_at,
    invoice_delivery.bounced_at
from invoice_delivery
left join {{ ref('fct_invoice') }} as invoice on invoice_delivery.invoice_id = invoice.invoice_id
