-- One row per interconnect rate in the latest file.

with

interconnect_rate as (
    {{ current_rows('partners', 'interconnect_rate') }}
)

select
    trim(interconnect_rate_id) as interconnect_rate_id,
    trim(partner_id) as partner_id,
    trim(direction) as direction,
    trim(destination) as destination,
    rate_per_minute,
    valid_from,
    valid_until,
    trim(currency_code) as currency_code,
    file_date,
    {{ load_metadata() }}
from interconnect_rate
