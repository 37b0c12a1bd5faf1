-- O3: days between the completion of the order that activated a service and the start of billing. Grain: product,
-- completed run, first unbilled day. They are the first days of the product, the network held the service, and a
-- subscription follows: it exists, it began too late. Without an order that was completed, or without a subscription,
-- the days are O1's. What the order agreed about the start of billing is no late start: nothing was due before.

with

activation as (
    select
        product_id,
        product_order_id,
        service_order_id,
        {{ local_date('coalesce(service_order_completed_at, completed_at)') }} as completed_day,
        row_number() over (
            partition by product_id order by completed_at desc nulls last, order_item_id nulls last
        ) as activation_rank
    from {{ ref('fct_order_item') }}
    where
        action = 'add'
        and state = 'completed'
        and coalesce(service_order_state, 'completed') = 'completed'
        and completed_at is not null
        and product_id is not null
),

late as (
    select
        stretch.*,
        activation.product_order_id,
        activation.service_order_id,
        activation.completed_day,
        greatest(stretch.unbilled_from, activation.completed_day) as late_from
    from {{ ref('int_product__unbilled_stretch') }} as stretch
    inner join activation
        on stretch.product_id = activation.product_id
        and activation.activation_rank = 1
        and activation.completed_day < stretch.gap_to
    where stretch.gap_from = stretch.expected_from and stretch.gap_to < stretch.expected_to
)

select
    claim_key,
    'O3' as control_id,
    service_id,
    customer_id,
    billing_account_id,
    product_id,
    source_system,
    product_id_source,
    product_offering_id,
    product_order_id,
    service_order_id,
    completed_day,
    gap_to as billed_from,
    bill_run_id,
    bill_month_days,
    period_start,
    period_end,
    unbilled_from,
    unbilled_to,
    least(
        {{ dbt.datediff('late_from', 'unbilled_to', 'day') }},
        present_days + {{ control_parameter('O3', 'presence_lag_days', 'integer') }}
    ) as unbilled_days
from late
where
    present_days_of_gap >= {{ control_parameter('O3', 'min_late_days', 'integer') }}
    and {{ dbt.datediff('greatest(completed_day, expected_from)', 'gap_to', 'day') }}
    >= {{ control_parameter('O3', 'min_late_days', 'integer') }}
    and late_from < unbilled_to
