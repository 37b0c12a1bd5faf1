-- Services that a customer holds or held: a product or a subscription names them. Grain: service_id.

select service_id from {{ ref('dim_product') }} where service_id is not null
union
select service_id from {{ ref('dim_subscription') }} where service_id is not null
