-- One row per day, carrier and destination of the calls that carriers sent.

with

interconnect_traffic as (
    select * from {{ ref('stg_partners__interconnect_traffic') }}
)

select
    traffic_date,
    partner_id,
    lower(direction) as direction,
    lower(destination) as destination,
    calls,
    seconds
from interconnect_traffic
