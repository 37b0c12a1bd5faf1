-- One row per bank statement of every counted file.

with

statement as (
    {{ current_rows('bank', 'statement') }}
)

select
    account_iban,
    statement_id,
    statement_sequence,
    cast(created_at as timestamp) as created_at,
    created_at_source,
    from_date,
    to_date,
    opening_amount,
    closing_amount,
    currency_code,
    entries,
    {{ load_metadata() }}
from statement
