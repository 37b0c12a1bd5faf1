-- O4: orders of new services that are past their promised day and still open. Grain: order_item_id.
-- Open is what is neither completed nor given up; an order held at the customer's wish waits for him. The product is not
-- there yet in the CRM: where the network serves already, the days are O1's. Days run to the day that the data reaches.

with

item as (
    select
        order_item.*,
        product.source_system,
        product.product_id_source as product_key,
        product.billing_account_id,
        {{ local_date('order_item.requested_completion_at') }} as promised_day,
        today.data_day
    from {{ ref('fct_order_item') }} as order_item
    inner join {{ ref('dim_product') }} as product
        on order_item.product_id = product.product_id
    cross join {{ ref('int_control__data_day') }} as today
    where
        order_item.action = 'add'
        and order_item.state in ('acknowledged', 'in_progress', 'partial')
        and coalesce(order_item.service_order_state, 'none') <> 'held'
        and order_item.requested_completion_at is not null
        and product.status = 'pending'
),

stuck as (
    select
        *,
        {{ dbt.datediff('promised_day', 'data_day', 'day') }} as stuck_days,
        {{ local_to_utc('data_day', var('home_time_zone')) }} as data_day_at,
        row_number() over (
            partition by product_id order by requested_completion_at nulls last, order_item_id nulls last
        ) as order_rank
    from item
)

select
    'open_order:' || stuck.order_item_id as claim_key,
    'O4' as control_id,
    stuck.order_item_id,
    stuck.product_order_id,
    stuck.service_order_id,
    stuck.customer_id,
    stuck.billing_account_id,
    stuck.service_id,
    stuck.source_system,
    stuck.product_key as product_id_source,
    stuck.product_offering_id,
    price.product_offering_price_id,
    agreed.agreement_id,
    stuck.state,
    coalesce(stuck.service_order_state, 'none') as service_order_state,
    stuck.promised_day,
    stuck.data_day,
    stuck.stuck_days,
    {{ agreed_or_listed('agreed.monthly_cents', 'price.price_amount') }} as monthly_price,
    price.currency_code,
    cast(
        round({{ agreed_or_listed('agreed.monthly_cents', 'price.price_amount') }} * 12 * stuck.stuck_days / 365, 2) as decimal(18, 2)
    ) as amount
from stuck
inner join {{ ref('dim_product_offering_price') }} as price
    on stuck.product_offering_id = price.product_offering_id
    and price.price_type = 'recurring'
    and stuck.data_day_at >= price.valid_from
    and stuck.data_day_at < price.valid_to
left join {{ ref('int_product__agreed_price') }} as agreed
    on stuck.product_id = agreed.product_id
    and stuck.product_offering_id = agreed.product_offering_id
    and price.currency_code = agreed.currency_code
    and stuck.data_day >= agreed.from_day
    and stuck.data_day < agreed.to_day
where
    stuck.order_rank = 1
    and stuck.stuck_days >= {{ control_parameter('O4', 'min_overdue_days', 'integer') }}
