-- One row of the table that billing rates usage with. Grain: rate_id.

select
    rate_id as rating_rate_id,
    offering_code as billing_code,
    lower(usage_type) as usage_type,
    lower(zone) as zone,
    lower(tariff_period) as tariff_period,
    lower(unit) as unit_of_measure,
    upper(currency_code) as currency_code,
    unit_size,
    greatest(unit_size, coalesce(minimum_units, 0)) as minimum_units,
    unit_price,
    valid_from,
    valid_to
from {{ ref('stg_billing__rating_rate') }}
