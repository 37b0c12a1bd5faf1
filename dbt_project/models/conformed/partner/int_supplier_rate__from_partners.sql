-- One row per rate of a supplier. The agreement names the last day; here the end is the day after.

with

supplier_rate as (
    select * from {{ ref('stg_partners__supplier_rate') }}
)

select
    supplier_rate_id,
    partner_id,
    {{ code_key('product_code') }} as product_code,
    monthly_rate,
    notice_days,
    valid_from,
    coalesce(cast({{ dbt.dateadd('day', 1, 'valid_until') }} as date), date '9999-12-31') as valid_to,
    currency_code
from supplier_rate
