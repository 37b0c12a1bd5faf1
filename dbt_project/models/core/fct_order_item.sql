-- One row per item of a product order, with what it was about: who, which product, which service.
-- The order names a customer and a product by the number of whichever CRM took it; the operator's own is looked up first.
-- A customer or product that its CRM has since deleted may still be known through the service.

with

order_item as (
    select * from {{ ref('int_order_item__from_orders') }}
),

customer_link as (
    select
        source_key,
        customer_id,
        row_number() over (
            partition by source_key
            order by
                case when system = 'crm' then 0 else 1 end nulls last,
                valid_to desc nulls last,
                customer_id nulls last
        ) as link_rank
    from {{ ref('xref_customer') }}
    where (system = 'crm' and entity = 'customer') or (system = 'crm_fixed' and entity = 'customer')
),

product_link as (
    select
        source_key,
        product_id,
        row_number() over (
            partition by source_key
            order by
                case when system = 'crm' then 0 else 1 end nulls last,
                valid_to desc nulls last,
                product_id nulls last
        ) as link_rank
    from {{ ref('xref_product') }}
    where (system = 'crm' and entity = 'product') or (system = 'crm_fixed' and entity = 'product')
),

service_link as (
    select
        source_key,
        service_id,
        row_number() over (
            partition by source_key order by valid_to desc nulls last, service_id nulls last
        ) as link_rank
    from {{ ref('xref_service') }}
    where system = 'inventory' and entity = 'service'
),

product as (
    select product_id, customer_id, service_id, product_offering_id
    from {{ ref('dim_product') }}
),

service as (
    select service_id, customer_id
    from {{ ref('dim_service') }}
)

select
    order_item.order_item_id,
    order_item.product_order_id,
    order_item.service_order_id,
    coalesce(customer_link.customer_id, product.customer_id, service.customer_id) as customer_id,
    product_link.product_id,
    order_item.product_id_source,
    coalesce(product.service_id, service_link.service_id) as service_id,
    coalesce(order_item.product_offering_id, product.product_offering_id) as product_offering_id,
    order_item.action,
    order_item.state,
    order_item.service_order_state,
    order_item.ordered_at,
    order_item.requested_completion_at,
    order_item.completed_at,
    order_item.service_order_completed_at,
    order_item.agreed_billing_start,
    order_item.free_months
from order_item
left join customer_link
    on order_item.customer_id_source = customer_link.source_key and customer_link.link_rank = 1
left join product_link
    on order_item.product_id_source = product_link.source_key and product_link.link_rank = 1
left join product on product_link.product_id = product.product_id
left join service_link
    on order_item.service_id_inventory = service_link.source_key and service_link.link_rank = 1
left join service on service_link.service_id = service.service_id
