-- One row per rate that carriers and the operator agreed on.

with

interconnect_rate as (
    select * from {{ ref('int_interconnect_rate__from_partners') }}
)

select
    interconnect_rate_id,
    partner_id,
    direction,
    destination,
    rate_per_minute,
    valid_from,
    valid_to,
    currency_code
from interconnect_rate
