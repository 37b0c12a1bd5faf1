-- One row per offering of the catalogue, with the code under which billing knows it.

with

product_offering as (
    select
        product_offering_id,
        offering_name,
        category,
        lifecycle_status,
        service_specification,
        {{ catalogue_characteristic_value('characteristic', 'billingCode') }} as billing_code,
        {{ catalogue_characteristic_value('characteristic', 'downstreamSpeed') }} as downstream_speed,
        valid_from,
        valid_to
    from {{ ref('stg_catalog__product_offering') }}
)

select
    product_offering.product_offering_id,
    product_offering.billing_code,
    product_offering.offering_name,
    category.canonical_value as category,
    lifecycle.canonical_value as lifecycle_status,
    -- Without a service candidate there is nothing that the network could provide.
    product_offering.service_specification is not null as needs_network_service,
    try_cast(product_offering.downstream_speed as integer) as downstream_mbps,
    product_offering.valid_from,
    product_offering.valid_to
from product_offering
{{ join_vocabulary('offering_category', 'catalog', 'product_offering.category', 'category') }}
{{ join_vocabulary('offering_lifecycle', 'catalog', 'product_offering.lifecycle_status', 'lifecycle') }}
