-- One row per invoice in its latest version, with its status in our words.

with

invoice as (
    select * from {{ ref('stg_billing__invoice') }}
)

select
    invoice.invoice_id,
    invoice.bill_run_id,
    invoice.account_id as account_id_billing,
    status.canonical_value as status,
    invoice.currency_code,
    cast(invoice.net_amount as decimal(18, 2)) as net_amount,
    cast(invoice.tax_amount as decimal(18, 2)) as tax_amount,
    cast(invoice.total_amount as decimal(18, 2)) as total_amount,
    invoice.issued_at,
    invoice.due_date
from invoice
{{ join_vocabulary('invoice_status', 'billing', 'invoice.status', 'status') }}
