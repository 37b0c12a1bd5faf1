-- The golden service, with the product that was sold for it. Grain: service_id.
-- Of several products on one service (the line and its add-ons) the one that needs the network is the service's own, the live one first.

{% set systems = conformed_systems('service') %}

with

winner as (

    select
        entity_id as service_id,
        {{ resolved_attribute('service_type', systems) }},
        {{ resolved_attribute('service_number', systems) }},
        {{ resolved_attribute('status', systems) }},
        {{ resolved_attribute('valid_from', systems, 'timestamp') }},
        {{ resolved_attribute('valid_to', systems, 'timestamp') }},
        {{ resolved_attribute('customer', systems) }},
        {{ resolved_attribute('billing_account', systems) }}
    from {{ ref('int_service__claim') }}
    group by entity_id

),

product as (

    select
        service_id,
        product_id,
        row_number() over (
            partition by service_id
            order by
                needs_network_service desc nulls last,
                case when status in ('terminated', 'cancelled') then 1 else 0 end asc nulls last,
                started_at desc nulls last,
                product_id asc nulls last
        ) as choice
    from {{ ref('int_product__resolved') }}
    where service_id is not null

)

select
    winner.*,
    product.product_id
from winner
left join product
    on winner.service_id = product.service_id
    and product.choice = 1
