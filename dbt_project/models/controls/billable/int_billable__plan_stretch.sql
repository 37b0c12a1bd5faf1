-- Which offering a product has to be paid for. Grain: product_id, from_day.
-- What a completed order says holds from its day until the next one. Without any order it is what the systems agree on. Orders
-- tell nothing of the plan before a product's first change; billing's plan is then the only one that anybody remembers.
-- A faster line than the plan promises has to be paid as the cheapest offering that promises its speed.

with

completed as (
    select
        product_id,
        product_offering_id,
        action,
        {{ local_date('coalesce(service_order_completed_at, completed_at)') }} as ordered_from,
        row_number() over (
            partition by product_id, {{ local_date('coalesce(service_order_completed_at, completed_at)') }}
            order by completed_at desc nulls last, order_item_id nulls last
        ) as day_rank
    from {{ ref('fct_order_item') }}
    where
        action in ('add', 'modify')
        and state = 'completed'
        and completed_at is not null
        and product_id is not null
        and product_offering_id is not null
),

ordered as (
    select
        product_id,
        product_offering_id,
        action,
        ordered_from,
        lead(ordered_from, 1, cast({{ open_end() }} as date)) over (
            partition by product_id order by ordered_from nulls last
        ) as ordered_to,
        row_number() over (partition by product_id order by ordered_from nulls last) as order_number
    from completed
    where day_rank = 1
),

remembered as (
    select
        ordered.product_id,
        plan.product_offering_id,
        {{ local_date('plan.valid_from') }} as from_day,
        least({{ local_date('plan.valid_to') }}, ordered.ordered_from) as to_day
    from ordered
    inner join {{ ref('dim_subscription') }} as subscription
        on ordered.product_id = subscription.product_id
    inner join {{ ref('fct_subscription_plan') }} as plan
        on subscription.subscription_id_billing = plan.subscription_id_billing
    where
        ordered.order_number = 1
        and ordered.action = 'modify'
        and {{ local_date('plan.valid_from') }} < ordered.ordered_from
),

product as (
    select distinct product_id, service_id, product_offering_id from {{ ref('int_billable__product_stretch') }}
),

planned as (
    select
        product_id,
        product_offering_id,
        case when order_number = 1 and action = 'add' then cast({{ open_start() }} as date) else ordered_from end as from_day,
        ordered_to as to_day
    from ordered
    union all
    select product_id, product_offering_id, from_day, to_day
    from remembered
    union all
    select
        product.product_id,
        product.product_offering_id,
        cast({{ open_start() }} as date) as from_day,
        coalesce(ordered.ordered_from, cast({{ open_end() }} as date)) as to_day
    from product
    left join ordered
        on product.product_id = ordered.product_id
        and ordered.order_number = 1
    left join remembered
        on product.product_id = remembered.product_id
    where (ordered.product_id is null or ordered.action = 'modify') and remembered.product_id is null
),

price as (
    select
        offering.product_offering_id,
        offering.category,
        offering.downstream_mbps,
        recurring.currency_code,
        recurring.price_amount
    from {{ ref('dim_product_offering') }} as offering
    inner join {{ ref('dim_product_offering_price') }} as recurring
        on offering.product_offering_id = recurring.product_offering_id
        and recurring.price_type = 'recurring'
    cross join {{ ref('int_control__data_day') }} as today
    where
        {{ local_date('recurring.valid_from') }} <= today.data_day
        and {{ local_date('recurring.valid_to') }} > today.data_day
),

faster as (
    select
        planned.product_id,
        planned.from_day,
        due.product_offering_id,
        {{ local_date('profile.provisioned_at') }} as fast_from,
        row_number() over (
            partition by planned.product_id, planned.from_day
            order by due.price_amount nulls last, due.product_offering_id nulls last
        ) as price_rank
    from planned
    inner join product
        on planned.product_id = product.product_id
    inner join {{ ref('dim_service_profile') }} as profile
        on product.service_id = profile.service_id
    inner join price as own
        on planned.product_offering_id = own.product_offering_id
        and profile.downstream_mbps > own.downstream_mbps
    inner join price as due
        on own.category = due.category
        and own.currency_code = due.currency_code
        and due.downstream_mbps >= profile.downstream_mbps
        and due.price_amount > own.price_amount
    where planned.to_day > {{ local_date('profile.provisioned_at') }}
)

select
    planned.product_id,
    planned.product_offering_id,
    planned.from_day,
    least(planned.to_day, coalesce(faster.fast_from, planned.to_day)) as to_day
from planned
left join faster
    on planned.product_id = faster.product_id
    and planned.from_day = faster.from_day
    and faster.price_rank = 1
where planned.from_day < least(planned.to_day, coalesce(faster.fast_from, planned.to_day))
union all
select
    planned.product_id,
    faster.product_offering_id,
    greatest(planned.from_day, faster.fast_from) as from_day,
    planned.to_day
from planned
inner join faster
    on planned.product_id = faster.product_id
    and planned.from_day = faster.from_day
    and faster.price_rank = 1
