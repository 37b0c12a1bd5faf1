-- Usage that re-rating could not price, and in which period. Grain: unpriceable_usage_id.

select
    unpriceable.unpriceable_usage_id,
    unpriceable.product_offering_id,
    offering.offering_name,
    unpriceable.usage_type,
    unpriceable.zone,
    unpriceable.currency_code,
    unpriceable.reason,
    unpriceable.event_month,
    unpriceable.first_event_at,
    unpriceable.last_event_at,
    unpriceable.events,
    unpriceable.quantity,
    unpriceable.rated_amount
from {{ ref('fct_unpriceable_usage') }} as unpriceable
left join {{ ref('dim_product_offering') }} as offering
    on unpriceable.product_offering_id = offering.product_offering_id
