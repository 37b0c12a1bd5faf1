-- One row per partner with whom the operator settles accounts.

with

partner as (
    select * from {{ ref('int_partner__from_partners') }}
)

select
    partner_id,
    partner_name,
    partner_type,
    country_code
from partner
