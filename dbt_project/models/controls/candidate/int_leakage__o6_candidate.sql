-- O6: usage after a completed cease, for which no subscription stands. Grain: event_reference.
-- The cease holds, billing has ended, and the network serves on (parameter min_active_days: the register is dumped once
-- a day). Usage counts from the instant at which the service order was realised. What a later subscription for the
-- service covers is no leak, nor what falls into no completed run.

with

item as (
    select * from {{ ref('fct_order_item') }}
),

cease as (
    select
        standing.product_order_id,
        standing.service_order_id,
        expected.product_id,
        expected.service_id,
        expected.customer_id,
        expected.billing_account_id,
        expected.bill_cycle,
        expected.source_system,
        expected.product_id_source,
        expected.product_offering_id,
        coalesce(standing.service_order_completed_at, standing.completed_at) as ceased_at,
        row_number() over (
            partition by expected.service_id
            order by standing.completed_at desc nulls last, standing.order_item_id nulls last
        ) as cease_rank
    from ({{ standing_ceases('item') }}) as standing
    inner join {{ ref('int_product__expected_interval') }} as expected
        on standing.product_id = expected.product_id
),

still_served as (
    select
        cease.*,
        {{ local_date('cease.ceased_at') }} as cease_day,
        island.end_day as served_until
    from cease
    inner join {{ ref('int_service__presence_island') }} as island
        on cease.service_id = island.service_id
        and island.presence_scope = 'any'
        and island.first_day <= {{ local_date('cease.ceased_at') }}
        and island.end_day > {{ local_date('cease.ceased_at') }}
    where
        cease.cease_rank = 1
        and {{ dbt.datediff(local_date('cease.ceased_at'), 'island.end_day', 'day') }}
        >= {{ control_parameter('O6', 'min_active_days', 'integer') }}
),

used as (
    select
        still_served.product_order_id,
        still_served.service_order_id,
        still_served.product_id,
        still_served.customer_id,
        still_served.billing_account_id,
        still_served.source_system,
        still_served.product_id_source,
        still_served.product_offering_id,
        still_served.cease_day,
        still_served.served_until,
        run.bill_run_id,
        run.period_start,
        run.period_end,
        event.event_reference,
        event.service_id,
        event.served_imsi,
        event.usage_type,
        event.zone,
        event.other_party,
        event.partial_sequence,
        event.quantity,
        event.started_at
    from still_served
    inner join {{ ref('fct_usage') }} as event
        on still_served.service_id = event.service_id
        and event.started_at >= still_served.ceased_at
    inner join {{ ref('fct_bill_run') }} as run
        on still_served.bill_cycle = run.bill_cycle
        and run.status = 'completed'
        and event.started_at >= run.period_start_at
        and event.started_at < run.period_end_at
    where not exists (
        select 1
        from {{ ref('dim_subscription') }} as subscription
        where
            subscription.service_id = event.service_id
            and event.started_at >= subscription.valid_from
            and event.started_at < subscription.valid_to
    )
),

priced as (
    {{ usage_at_catalogue_price('used') }}
)

select
    'event:' || event_reference as claim_key,
    'O6' as control_id,
    event_reference,
    product_order_id,
    service_order_id,
    product_id,
    service_id,
    customer_id,
    billing_account_id,
    source_system,
    product_id_source,
    product_offering_id,
    product_offering_price_id,
    bill_run_id,
    period_start,
    period_end,
    cease_day,
    served_until,
    usage_type,
    zone,
    charged_steps,
    unit_price,
    currency_code,
    amount
from priced
