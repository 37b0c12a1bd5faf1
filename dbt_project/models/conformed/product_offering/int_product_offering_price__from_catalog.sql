-- One row per offering and price. The catalogue keeps prices apart and lists them in the offering; a price may serve
-- several offerings, and one that no offering lists applies to nothing.

with

offering_price_reference as (
    select distinct
        product_offering.product_offering_id,
        {{ clean_text(json_text('price_reference.element', '$.id')) }} as product_offering_price_id
    from {{ ref('stg_catalog__product_offering') }} as product_offering
    {{ json_array_elements('product_offering.product_offering_price', 'price_reference') }}
),

price as (
    select
        product_offering_price_id,
        price_type,
        {{ catalogue_characteristic_value('characteristic', 'usageType') }} as usage_type,
        {{ catalogue_characteristic_value('characteristic', 'zone') }} as zone,
        {{ catalogue_characteristic_value('characteristic', 'tariffPeriod') }} as tariff_period,
        {{ catalogue_characteristic_value('characteristic', 'periodRule') }} as period_rule,
        try_cast({{ catalogue_characteristic_value('characteristic', 'minimumUnits') }} as bigint) as minimum_units,
        {{ catalogue_characteristic_value('characteristic', 'allowanceScope') }} as allowance_scope,
        unit_of_measure,
        tax_category,
        currency_code,
        coalesce(unit_amount, 1) as unit_size,
        price_value,
        valid_from,
        valid_to
    from {{ ref('stg_catalog__product_offering_price') }}
)

select
    price.product_offering_price_id,
    offering_price_reference.product_offering_id,
    price_type.canonical_value as price_type,
    lower(price.usage_type) as usage_type,
    lower(price.zone) as zone,
    lower(price.tariff_period) as tariff_period,
    coalesce(lower(price.period_rule), 'start') as period_rule,
    lower(price.allowance_scope) as allowance_scope,
    lower(price.unit_of_measure) as unit_of_measure,
    tax_category.canonical_value as tax_category,
    upper(price.currency_code) as currency_code,
    price.unit_size,
    greatest(price.unit_size, coalesce(price.minimum_units, 0)) as minimum_units,
    cast(price.price_value as decimal(18, 6)) as price_amount,
    price.valid_from,
    price.valid_to
from price
inner join offering_price_reference
    on price.product_offering_price_id = offering_price_reference.product_offering_price_id
{{ join_vocabulary('price_type', 'catalog', 'price.price_type', 'price_type') }}
{{ join_vocabulary('tax_category', 'catalog', 'price.tax_category', 'tax_category') }}
