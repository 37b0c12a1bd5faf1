-- One row per partner in the latest file.

with

partner as (
    {{ current_rows('partners', 'partner') }}
)

select
    trim(partner_id) as partner_id,
    trim(partner_name) as partner_name,
    trim(partner_type) as partner_type,
    {{ clean_text('country_code') }} as country_code,
    file_date,
    {{ load_metadata() }}
from partner
