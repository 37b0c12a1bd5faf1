-- One row per transaction of every counted file.

with

statement_entry as (
    {{ current_rows('bank', 'statement_entry') }}
)

select
    account_iban,
    statement_id,
    entry_number,
    transaction_number,
    {{ clean_text('entry_reference') }} as entry_reference,
    status,
    credit_debit_indicator,
    is_reversal,
    is_batch,
    booking_date,
    value_date,
    {{ clean_text('bank_transaction_code') }} as bank_transaction_code,
    entry_amount,
    amount,
    charges_amount,
    currency_code,
    {{ clean_text('account_servicer_reference') }} as account_servicer_reference,
    {{ clean_text('end_to_end_id') }} as end_to_end_id,
    {{ clean_text('mandate_id') }} as mandate_id,
    {{ clean_text('return_reason') }} as return_reason,
    {{ clean_text('debtor_name') }} as debtor_name,
    {{ clean_text('debtor_iban') }} as debtor_iban,
    {{ clean_text('creditor_name') }} as creditor_name,
    {{ clean_text('creditor_iban') }} as creditor_iban,
    {{ clean_text('structured_reference') }} as structured_reference,
    {{ clean_text('remittance_text') }} as remittance_text,
    {{ clean_text('additional_information') }} as additional_information,
    {{ load_metadata() }}
from statement_entry
