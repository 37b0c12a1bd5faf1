-- One row per record of what should have changed a prepaid balance, with the face value of the voucher that it names.

with

record as (
    select * from {{ ref('stg_billing__prepaid_transaction') }}
),

voucher as (
    select * from {{ ref('stg_billing__prepaid_voucher') }}
)

select
    record.prepaid_transaction_id,
    record.prepaid_account_id,
    case record.transaction_type when 'TOPUP' then 'top_up' else lower(record.transaction_type) end as transaction_type,
    cast(record.amount as decimal(18, 2)) as amount,
    record.currency_code,
    record.payment_reference,
    record.voucher_serial,
    cast(voucher.face_value as decimal(18, 2)) as voucher_face_value,
    record.counterpart_account_id,
    record.reverses_transaction_id,
    record.reason_code,
    record.occurred_at,
    record.posted_at
from record
left join voucher
    on record.voucher_serial = voucher.voucher_serial
    and record.currency_code = voucher.currency_code
