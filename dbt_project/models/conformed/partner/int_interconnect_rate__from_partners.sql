-- One row per agreed rate. The agreement names the last day; here the end is the day after.

with

interconnect_rate as (
    select * from {{ ref('stg_partners__interconnect_rate') }}
)

select
    interconnect_rate_id,
    partner_id,
    lower(direction) as direction,
    lower(destination) as destination,
    rate_per_minute,
    valid_from,
    coalesce(cast({{ dbt.dateadd('day', 1, 'valid_until') }} as date), date '9999-12-31') as valid_to,
    currency_code
from interconnect_rate
