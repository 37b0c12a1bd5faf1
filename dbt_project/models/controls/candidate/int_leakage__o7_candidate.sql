-- O7: recurring lines, and discounts on them, for days after a completed cease. Grain: invoice_line_id.
-- The cease names the product; the service only where the order names no product. It counts when order and item are
-- completed, after the subscription began, and nothing activated the same product or service again later.

with

line as (
    select * from {{ ref('int_subscription__charge_line') }}
),

item as (
    select * from {{ ref('fct_order_item') }}
),

standing_cease as (
    {{ standing_ceases('item') }}
),

matched as (
    {% for key, condition in [('product_id', 'true'), ('service_id', 'standing_cease.product_id is null')] %}
    select
        line.*,
        standing_cease.order_item_id,
        standing_cease.product_order_id,
        standing_cease.service_order_id,
        standing_cease.completed_at
    from line
    inner join standing_cease
        on line.{{ key }} = standing_cease.{{ key }}
    where {{ condition }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

dated as (
    select
        *,
        {{ local_date('completed_at') }} as cease_day,
        row_number() over (
            partition by invoice_line_id order by completed_at nulls last, order_item_id nulls last
        ) as cease_rank
    from matched
    where completed_at > subscription_valid_from
),

overbilled as (
    select
        *,
        {{ dbt.datediff('greatest(line_period_start, cease_day)', 'line_period_end', 'day') }} as refund_days
    from dated
    where cease_rank = 1 and cease_day < line_period_end
),

judged as (
    select
        *,
        sum(case when line_type = 'recurring' then refund_days else 0 end) over (partition by subscription_id_billing)
            as refund_days_of_subscription
    from overbilled
)

select
    'invoice_line:' || invoice_line_id as claim_key,
    'O7' as control_id,
    invoice_line_id,
    subscription_id_billing,
    bill_run_id,
    billing_account_id,
    customer_id,
    service_id,
    product_id,
    product_order_id,
    service_order_id,
    currency_code,
    line_type,
    amount,
    line_period_start,
    line_period_end,
    line_days,
    run_period_start,
    run_period_end,
    cease_day,
    refund_days
from judged
where refund_days_of_subscription >= {{ control_parameter('O7', 'min_overbilled_days', 'integer') }}
