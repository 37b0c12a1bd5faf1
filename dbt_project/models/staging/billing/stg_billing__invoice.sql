-- One row per invoice in its latest version.

with

invoice as (
    {{ current_rows('billing', 'invoice') }}
)

select
    invoice_id,
    account_id,
    bill_run_id,
    cast(issued_at as timestamp) as issued_at,
    due_date,
    net_amount,
    tax_amount,
    total_amount,
    currency_code,
    status,
    cast(updated_at as timestamp) as updated_at,
    {{ load_metadata() }}
from invoice
