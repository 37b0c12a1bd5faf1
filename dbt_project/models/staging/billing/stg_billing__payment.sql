-- One row per payment in its latest version.

with

payment as (
    {{ current_rows('billing', 'payment') }}
)

select
    payment_id,
    account_id,
    invoice_id,
    amount,
    currency_code,
    {{ clean_text('method') }} as method,
    {{ clean_text('bank_reference') }} as bank_reference,
    cast(paid_at as timestamp) as paid_at,
    {{ load_metadata() }}
from payment
