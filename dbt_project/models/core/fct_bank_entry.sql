-- One row per transaction on the operator's bank accounts, with the invoice that it names and whose that is.

with

entry as (
    select * from {{ ref('int_bank_entry__from_bank') }}
),

invoice as (
    select invoice_id, billing_account_id, customer_id
    from {{ ref('fct_invoice') }}
)

select
    entry.bank_entry_id,
    entry.bank_statement_id,
    entry.bank_reference,
    entry.account_iban,
    invoice.invoice_id,
    invoice.billing_account_id,
    invoice.customer_id,
    entry.is_booked,
    entry.is_reversal,
    entry.is_batch,
    entry.payment_method,
    entry.bank_transaction_code,
    entry.return_reason,
    entry.currency_code,
    entry.signed_amount,
    entry.charges_amount,
    entry.booking_date,
    entry.value_date
from entry
left join invoice on entry.document_reference = invoice.invoice_id
