-- One-off fees that a bill has to charge. Grain: order_item_id, product_offering_price_id.
-- The order says that a fee goes with it and what of it was waived, the catalogue how much it is. A cease that was followed by
-- a new activation of the product ended nothing. Due in the completed run whose period holds the day.

with

fee as (
    select
        *,
        {{ local_date('completed_at') }} as event_day
    from {{ ref('fct_order_fee') }}
    where state = 'completed' and completed_at is not null and action in ('add', 'delete')
),

standing as (
    select fee.*
    from fee
    where
        fee.action = 'add'
        or not exists (
            select 1 from {{ ref('fct_order_item') }} as item
            where
                item.product_id = fee.product_id
                and item.action = 'add'
                and item.state = 'completed'
                and item.completed_at > fee.completed_at
        )
),

-- The subscription of the ordered product; where billing's is not known as that product, the one of its service.
candidate as (
    {% for key in ['product_id', 'service_id'] %}
    select
        {{ loop.index }} as key_rank,
        standing.order_item_id,
        standing.product_offering_price_id,
        subscription.subscription_id_billing,
        subscription.billing_account_id,
        subscription.customer_id,
        subscription.service_id,
        subscription.bill_cycle,
        subscription.valid_from
    from standing
    inner join {{ ref('dim_subscription') }} as subscription
        on standing.{{ key }} = subscription.{{ key }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

billed as (
    select
        *,
        row_number() over (
            partition by order_item_id, product_offering_price_id
            order by key_rank nulls last, valid_from desc nulls last, subscription_id_billing nulls last
        ) as subscription_rank
    from candidate
)

select
    standing.order_item_id,
    standing.product_order_id,
    standing.action,
    standing.event_day,
    billed.subscription_id_billing,
    billed.billing_account_id,
    billed.customer_id,
    billed.service_id,
    billed.bill_cycle,
    price.product_offering_price_id,
    price.currency_code,
    price.price_amount,
    standing.waived_percentage,
    {{ from_cents(divide_half_up(
        in_cents('price.price_amount') ~ ' * cast(round((100 - standing.waived_percentage) * 10000, 0) as bigint)', '1000000'
    )) }} as fee_amount,
    run.bill_run_id,
    run.period_start,
    run.period_end
from standing
inner join billed
    on standing.order_item_id = billed.order_item_id
    and standing.product_offering_price_id = billed.product_offering_price_id
    and billed.subscription_rank = 1
inner join {{ ref('dim_product_offering_price') }} as price
    on standing.product_offering_price_id = price.product_offering_price_id
    and standing.completed_at >= price.valid_from
    and standing.completed_at < price.valid_to
inner join {{ ref('fct_bill_run') }} as run
    on billed.bill_cycle = run.bill_cycle
    and run.status = 'completed'
    and standing.event_day >= run.period_start
    and standing.event_day < run.period_end
where standing.waived_percentage < 100
