-- One row per record of what should have changed a prepaid balance.

with

source as (
    select * from {{ ref('int_prepaid_transaction__from_billing') }}
)

select
    prepaid_transaction_id,
    prepaid_account_id,
    transaction_type,
    amount,
    currency_code,
    payment_reference,
    voucher_serial,
    voucher_face_value,
    counterpart_account_id,
    reverses_transaction_id,
    reason_code,
    occurred_at,
    posted_at
from source
