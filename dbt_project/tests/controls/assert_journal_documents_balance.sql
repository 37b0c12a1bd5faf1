-- Documents whose debits and credits differ: reported, for accounting to put right, and no reason to stop the build.
{{ config(severity='warn') }}

select
    document_number,
    currency_code,
    sum(debit_amount) as debit_amount,
    sum(credit_amount) as credit_amount
from {{ ref('fct_journal_line') }}
group by document_number, currency_code
having sum(debit_amount) <> sum(credit_amount)
