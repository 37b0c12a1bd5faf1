-- One row per offering and price: what the catalogue says a customer is to pay, and when.

with

price as (
    select * from {{ ref('int_product_offering_price__from_catalog') }}
),

product_offering as (
    select product_offering_id, billing_code
    from {{ ref('int_product_offering__from_catalog') }}
)

select
    price.product_offering_price_id,
    price.product_offering_id,
    product_offering.billing_code,
    price.price_type,
    price.usage_type,
    price.zone,
    price.tariff_period,
    price.period_rule,
    price.unit_of_measure,
    price.tax_category,
    price.currency_code,
    price.unit_size,
    price.minimum_units,
    price.price_amount,
    coalesce(price.valid_from, {{ open_start() }}) as valid_from,
    coalesce(price.valid_to, {{ open_end() }}) as valid_to
from price
inner join product_offering on price.product_offering_id = product_offering.product_offering_id
