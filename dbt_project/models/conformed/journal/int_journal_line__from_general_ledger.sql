-- One row per line of a posted journal document; what is empty on either side is zero.

with

journal_line as (
    select * from {{ ref('stg_general_ledger__journal_line') }}
)

select
    concat_ws('-', document_number, line_number) as journal_line_id,
    document_number,
    line_number,
    document_type,
    posting_date,
    account,
    cost_centre,
    cast(coalesce(debit_amount, 0) as decimal(18, 2)) as debit_amount,
    cast(coalesce(credit_amount, 0) as decimal(18, 2)) as credit_amount,
    currency_code,
    line_text,
    reference,
    approved_by
from journal_line
