-- One row per rating rate in the latest counted load.

with

rating_rate as (
    {{ current_rows('billing', 'rating_rate') }}
)

select
    rate_id,
    offering_code,
    usage_type,
    {{ clean_text('zone') }} as zone,
    {{ clean_text('tariff_period') }} as tariff_period,
    unit,
    unit_size,
    minimum_units,
    unit_price,
    currency_code,
    cast(valid_from as timestamp) as valid_from,
    cast(valid_to as timestamp) as valid_to,
    {{ load_metadata() }}
from rating_rate
