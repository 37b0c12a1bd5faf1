-- One row per interconnect traffic of every counted file.

with

interconnect_traffic as (
    {{ current_rows('partners', 'interconnect_traffic') }}
)

select
    traffic_date,
    trim(partner_id) as partner_id,
    trim(direction) as direction,
    trim(destination) as destination,
    calls,
    seconds,
    {{ load_metadata() }}
from interconnect_traffic
