-- One row per statement of a bank account. The days that it covers, both ends inclusive, are the bank's.

with

statement as (
    select * from {{ ref('stg_bank__statement') }}
)

select
    concat_ws('-', account_iban, statement_id) as bank_statement_id,
    account_iban,
    statement_id as statement_number,
    from_date,
    to_date,
    opening_amount,
    closing_amount,
    currency_code,
    cast(entries as bigint) as entries,
    created_at
from statement
