-- One row per transaction that the bank lists, signed, with the document of ours that it names.
-- The document is looked for where the payer's software puts it first, and in free text last.

with

entry as (
    select * from {{ ref('stg_bank__statement_entry') }}
),

named as (
    select
        *,
        concat_ws('-', account_iban, statement_id, entry_number, transaction_number) as bank_entry_id,
        coalesce(
            {{ regexp_group('structured_reference', '(' ~ var('invoice_number_pattern') ~ ')') }},
            {{ regexp_group('end_to_end_id', '(' ~ var('invoice_number_pattern') ~ ')') }},
            {{ regexp_group('remittance_text', '(' ~ var('invoice_number_pattern') ~ ')') }}
        ) as document_reference
    from entry
)

select
    bank_entry_id,
    concat_ws('-', account_iban, statement_id) as bank_statement_id,
    -- A transaction that the bank gives no reference is its own.
    coalesce(account_servicer_reference, bank_entry_id) as bank_reference,
    account_iban,
    status = 'BOOK' as is_booked,
    is_reversal,
    is_batch,
    booking_date,
    value_date,
    bank_transaction_code,
    -- Families of ISO 20022's external code list, for payments (PMNT).
    case
        when bank_transaction_code like 'PMNT-IDDT%' then 'direct_debit'
        when bank_transaction_code like 'PMNT-MCRD%' then 'card'
        when bank_transaction_code like 'PMNT-RCDT%' or bank_transaction_code like 'PMNT-RRCT%' then 'transfer'
        else 'other'
    end as payment_method,
    case credit_debit_indicator when 'CRDT' then amount else -amount end as signed_amount,
    cast(coalesce(charges_amount, 0) as decimal(18, 5)) as charges_amount,
    currency_code,
    end_to_end_id,
    return_reason,
    document_reference
from named
