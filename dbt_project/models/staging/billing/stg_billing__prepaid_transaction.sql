-- One row per record in its latest version.

with

prepaid_transaction as (
    {{ current_rows('billing', 'prepaid_transaction') }}
)

select
    prepaid_transaction_id,
    prepaid_account_id,
    transaction_type,
    amount,
    currency_code,
    {{ clean_text('payment_reference') }} as payment_reference,
    {{ clean_text('voucher_serial') }} as voucher_serial,
    {{ clean_text('counterpart_account_id') }} as counterpart_account_id,
    {{ clean_text('reverses_transaction_id') }} as reverses_transaction_id,
    {{ clean_text('reason_code') }} as reason_code,
    cast(occurred_at as timestamp) as occurred_at,
    cast(posted_at as timestamp) as posted_at,
    {{ load_metadata() }}
from prepaid_transaction
