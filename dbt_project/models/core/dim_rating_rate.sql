-- What billing's rating engine takes for the price of usage, and when: to be held against the catalogue, never to rate with.

select
    rate.rating_rate_id,
    rate.billing_code,
    offering.product_offering_id,
    rate.usage_type,
    rate.zone,
    rate.tariff_period,
    rate.unit_of_measure,
    rate.currency_code,
    cast(rate.unit_size as bigint) as unit_size,
    cast(rate.minimum_units as bigint) as minimum_units,
    cast(rate.unit_price as decimal(18, 6)) as unit_price,
    rate.valid_from,
    coalesce(rate.valid_to, {{ open_end() }}) as valid_to
from {{ ref('int_rating_rate__from_billing') }} as rate
left join {{ ref('dim_product_offering') }} as offering
    on rate.billing_code = offering.billing_code
