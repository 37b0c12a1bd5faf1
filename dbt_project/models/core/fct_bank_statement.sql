-- One row per statement of a bank account: what was covered, and what it held before and after.

with

statement as (
    select * from {{ ref('int_bank_statement__from_bank') }}
)

select
    bank_statement_id,
    account_iban,
    statement_number,
    from_date,
    to_date,
    opening_amount,
    closing_amount,
    currency_code,
    entries,
    created_at
from statement
