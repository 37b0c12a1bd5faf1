-- One row per term of a dealer's contract: what a line is paid with, and for how long the dealer answers for it.

with

commission_term as (
    select * from {{ ref('int_commission_term__from_partners') }}
)

select
    commission_term_id,
    partner_id,
    product_line,
    commission_amount,
    clawback_days,
    clawback_rule,
    valid_from,
    valid_to,
    currency_code
from commission_term
