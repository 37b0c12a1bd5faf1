-- One row per journal line of every counted file.

with

journal_line as (
    {{ current_rows('general_ledger', 'journal_line') }}
)

select
    document_number,
    line_number,
    document_type,
    posting_date,
    account,
    {{ clean_text('cost_centre') }} as cost_centre,
    debit_amount,
    credit_amount,
    currency_code,
    {{ clean_text('line_text') }} as line_text,
    {{ clean_text('reference') }} as reference,
    {{ clean_text('approved_by') }} as approved_by,
    {{ load_metadata() }}
from journal_line
