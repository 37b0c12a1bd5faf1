-- What a bill month includes: one row per offering, allowance and zone that draws on it.

select distinct
    price.product_offering_price_id,
    price.product_offering_id,
    price.usage_type,
    lower(zone.characteristic_value) as zone,
    price.unit_of_measure,
    price.unit_size as granted_units,
    conformed.allowance_scope = 'account' as is_shared,
    price.valid_from,
    price.valid_to
from {{ ref('dim_product_offering_price') }} as price
inner join {{ ref('int_product_offering_price__from_catalog') }} as conformed
    on price.product_offering_price_id = conformed.product_offering_price_id
    and price.product_offering_id = conformed.product_offering_id
inner join {{ ref('int_product_offering_price__characteristic') }} as zone
    on price.product_offering_price_id = zone.product_offering_price_id
    and zone.characteristic = 'zone'
where price.price_type = 'allowance'
