-- One row per term of a dealer's contract. The contract names the last day; here the end is the day after.

with

commission_term as (
    select * from {{ ref('stg_partners__commission_term') }}
)

select
    commission_term_id,
    partner_id,
    lower(product_line) as product_line,
    commission_amount,
    cast(clawback_days as integer) as clawback_days,
    lower(clawback_rule) as clawback_rule,
    valid_from,
    coalesce(cast({{ dbt.dateadd('day', 1, 'valid_until') }} as date), date '9999-12-31') as valid_to,
    currency_code
from commission_term
