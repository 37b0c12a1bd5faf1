-- One row per number range in the latest file.

with

number_range as (
    {{ current_rows('partners', 'number_range') }}
)

select
    trim(number_prefix) as number_prefix,
    trim(partner_id) as partner_id,
    trim(destination) as destination,
    file_date,
    {{ load_metadata() }}
from number_range
