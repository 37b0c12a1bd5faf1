-- The monthly prices that were agreed for billing's subscriptions. Grain: subscription_id_billing, product_offering_id, currency_code,
-- from_day. The subscription of the product; where billing's is not known as that product, the customer's one of its service.

with

product as (
    select product_id, service_id, customer_id
    from {{ ref('dim_product') }}
    where product_id in (select product_id from {{ ref('int_product__agreed_price') }})
),

matched as (
    {% for key, condition in [('product_id', 'true'), ('service_id', 'product.customer_id = subscription.customer_id')] %}
    select {{ loop.index }} as key_rank, subscription.subscription_id_billing, product.product_id
    from product
    inner join {{ ref('dim_subscription') }} as subscription
        on product.{{ key }} = subscription.{{ key }}
    where {{ condition }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

ranked as (
    select
        subscription_id_billing,
        product_id,
        row_number() over (
            partition by subscription_id_billing order by key_rank nulls last, product_id nulls last
        ) as product_rank
    from matched
)

select
    ranked.subscription_id_billing,
    agreed.product_offering_id,
    agreed.currency_code,
    agreed.agreement_id,
    agreed.monthly_cents,
    agreed.from_day,
    agreed.to_day
from ranked
inner join {{ ref('int_product__agreed_price') }} as agreed
    on ranked.product_id = agreed.product_id
where ranked.product_rank = 1
