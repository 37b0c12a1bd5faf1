-- One row per line of a posted journal document, with the bill run that it was posted for.

with

journal_line as (
    select * from {{ ref('int_journal_line__from_general_ledger') }}
)

select
    journal_line_id,
    document_number,
    line_number,
    document_type,
    posting_date,
    account,
    cost_centre,
    reference,
    currency_code,
    debit_amount,
    credit_amount,
    line_text,
    approved_by
from journal_line
