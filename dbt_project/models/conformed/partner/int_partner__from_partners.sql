-- One row per partner with whom the operator settles accounts.

with

partner as (
    select * from {{ ref('stg_partners__partner') }}
)

select
    partner_id,
    partner_name,
    lower(partner_type) as partner_type,
    upper(country_code) as country_code
from partner
