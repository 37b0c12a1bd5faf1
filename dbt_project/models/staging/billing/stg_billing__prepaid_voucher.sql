-- One row per voucher in the latest load.

with

prepaid_voucher as (
    {{ current_rows('billing', 'prepaid_voucher') }}
)

select
    voucher_serial,
    face_value,
    currency_code,
    cast(sold_at as timestamp) as sold_at,
    {{ load_metadata() }}
from prepaid_voucher
