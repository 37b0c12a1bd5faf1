-- One row per adjustment in its latest version.

with

adjustment as (
    {{ current_rows('billing', 'adjustment') }}
)

select
    adjustment_id,
    account_id,
    invoice_id,
    subscription_id,
    amount,
    currency_code,
    {{ clean_text('reason_code') }} as reason_code,
    {{ clean_text('reason_text') }} as reason_text,
    {{ clean_text('created_by') }} as created_by,
    {{ clean_text('approved_by') }} as approved_by,
    cast(created_at as timestamp) as created_at,
    {{ load_metadata() }}
from adjustment
