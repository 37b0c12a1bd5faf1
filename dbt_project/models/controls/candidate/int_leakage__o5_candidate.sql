-- O5: recurring lines for days on which another plan had been ordered, or a faster one was provisioned. Grain: invoice
-- line and first wrong day. What was ordered holds from the day on which the order was completed until the next one. Before the
-- first known order of a product nothing is said of its plan. A speed above the plan's counts at the cheapest offering of the
-- category that promises it; a speed below may be all that the line can carry, and is no finding.

with

line as (
    select
        charge.*,
        run.bill_month_days
    from {{ ref('int_subscription__charge_line') }} as charge
    inner join {{ ref('fct_bill_run') }} as run
        on charge.bill_run_id = run.bill_run_id
    where charge.line_type = 'recurring' and charge.needs_network_service
),

-- An order's product that billing is not known to hold stands for what is billed for its service.
item as (
    select
        item.product_order_id,
        item.order_item_id,
        item.product_offering_id,
        item.completed_at,
        coalesce(item.service_order_completed_at, item.completed_at) as realised_at,
        case when billed.product_id is null then coalesce(subscription.product_id, item.product_id) else item.product_id end
            as product_id
    from {{ ref('fct_order_item') }} as item
    left join (select distinct product_id from {{ ref('dim_subscription') }}) as billed
        on item.product_id = billed.product_id
    left join {{ ref('dim_subscription') }} as subscription
        on billed.product_id is null
        and item.service_id = subscription.service_id
        and item.completed_at >= subscription.valid_from
        and item.completed_at < subscription.valid_to
    where
        item.action in ('add', 'modify')
        and item.state = 'completed'
        and item.completed_at is not null
        and item.product_offering_id is not null
),

completed as (
    select
        product_id,
        product_order_id,
        product_offering_id,
        {{ local_date('realised_at') }} as ordered_from,
        row_number() over (
            partition by product_id, {{ local_date('realised_at') }}
            order by completed_at desc nulls last, order_item_id nulls last
        ) as day_rank
    from item
    where product_id is not null
),

ordered as (
    select
        *,
        lead(ordered_from, 1, cast({{ open_end() }} as date)) over (
            partition by product_id order by ordered_from nulls last
        ) as ordered_to
    from completed
    where day_rank = 1
),

wrong_plan as (
    select
        line.*,
        'plan' as mismatch,
        ordered.product_order_id,
        ordered.product_offering_id as due_offering_id,
        greatest(line.line_period_start, ordered.ordered_from) as wrong_from,
        least(line.line_period_end, ordered.ordered_to) as wrong_to
    from line
    inner join ordered
        on line.product_id = ordered.product_id
        and line.product_offering_id <> ordered.product_offering_id
        and line.line_period_start < ordered.ordered_to
        and line.line_period_end > ordered.ordered_from
),

recurring_price as (
    select
        offering.product_offering_id,
        offering.category,
        offering.downstream_mbps,
        price.currency_code,
        price.price_amount,
        {{ local_date('price.valid_from') }} as priced_from,
        {{ local_date('price.valid_to') }} as priced_to
    from {{ ref('dim_product_offering') }} as offering
    inner join {{ ref('dim_product_offering_price') }} as price
        on offering.product_offering_id = price.product_offering_id
        and price.price_type = 'recurring'
),

too_fast as (
    select
        line.*,
        profile.downstream_mbps as provisioned_mbps,
        greatest(line.line_period_start, {{ local_date('profile.provisioned_at') }}) as wrong_from,
        line.line_period_end as wrong_to
    from line
    inner join {{ ref('dim_service_profile') }} as profile
        on line.service_id = profile.service_id
    inner join {{ ref('dim_product_offering') }} as billed
        on line.product_offering_id = billed.product_offering_id
        and profile.downstream_mbps > billed.downstream_mbps
    left join wrong_plan
        on line.invoice_line_id = wrong_plan.invoice_line_id
    where
        wrong_plan.invoice_line_id is null
        and line.line_period_end > {{ local_date('profile.provisioned_at') }}
),

faster as (
    select
        too_fast.*,
        due.product_offering_id as due_offering_id,
        row_number() over (
            partition by too_fast.invoice_line_id
            order by due.price_amount nulls last, due.product_offering_id nulls last
        ) as price_rank
    from too_fast
    inner join recurring_price as billed
        on too_fast.product_offering_id = billed.product_offering_id
        and too_fast.currency_code = billed.currency_code
        and too_fast.wrong_to > billed.priced_from
        and too_fast.wrong_to <= billed.priced_to
    inner join recurring_price as due
        on billed.category = due.category
        and billed.currency_code = due.currency_code
        and due.downstream_mbps >= too_fast.provisioned_mbps
        and due.price_amount > billed.price_amount
        and too_fast.wrong_to > due.priced_from
        and too_fast.wrong_to <= due.priced_to
),

wrong as (
    {% for relation, mismatch, order, condition in [
        ('wrong_plan', 'mismatch', 'product_order_id', 'true'),
        ('faster', "'speed'", 'cast(null as string)', 'price_rank = 1'),
    ] %}
    select
        invoice_line_id, subscription_id_billing, bill_run_id, currency_code, billing_account_id, customer_id, service_id,
        product_id, product_offering_id, run_period_start, run_period_end, bill_month_days,
        {{ mismatch }} as mismatch,
        {{ order }} as product_order_id,
        due_offering_id, wrong_from, wrong_to,
        {{ dbt.datediff('wrong_from', 'wrong_to', 'day') }} as wrong_days
    from {{ relation }}
    where {{ condition }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

judged as (
    select
        *,
        sum(wrong_days) over (partition by subscription_id_billing, due_offering_id) as wrong_days_in_all
    from wrong
),

{% set offering_of = {'billed': 'product_offering_id', 'due': 'due_offering_id'} -%}
priced as (
    select
        judged.*,
        {%- for side in offering_of %}
        {{ agreed_or_listed('agreed_' ~ side ~ '.monthly_cents', side ~ '.price_amount') }} as {{ side }}_price,
        agreed_{{ side }}.agreement_id as {{ side }}_agreement_id
        {{- ',' if not loop.last }}
        {%- endfor %}
    from judged
    {%- for side, offering in offering_of.items() %}
    inner join recurring_price as {{ side }}
        on judged.{{ offering }} = {{ side }}.product_offering_id
        and judged.currency_code = {{ side }}.currency_code
        and judged.wrong_to > {{ side }}.priced_from
        and judged.wrong_to <= {{ side }}.priced_to
    left join {{ ref('int_bill__agreed_price') }} as agreed_{{ side }}
        on judged.subscription_id_billing = agreed_{{ side }}.subscription_id_billing
        and judged.{{ offering }} = agreed_{{ side }}.product_offering_id
        and judged.currency_code = agreed_{{ side }}.currency_code
        and judged.wrong_to > agreed_{{ side }}.from_day
        and judged.wrong_to <= agreed_{{ side }}.to_day
    {%- endfor %}
    where judged.wrong_days_in_all >= {{ control_parameter('O5', 'min_wrong_days', 'integer') }}
)

select
    'invoice_line:' || invoice_line_id as claim_key,
    'O5' as control_id,
    invoice_line_id,
    subscription_id_billing,
    bill_run_id,
    billing_account_id,
    customer_id,
    service_id,
    product_id,
    product_order_id,
    product_offering_id,
    due_offering_id,
    mismatch,
    wrong_from,
    wrong_days,
    bill_month_days,
    run_period_start as period_start,
    run_period_end as period_end,
    billed_price,
    due_price,
    billed_agreement_id,
    due_agreement_id,
    currency_code,
    cast(round((due_price - billed_price) * wrong_days / nullif(bill_month_days, 0), 2) as decimal(18, 2)) as difference_amount
from priced
where due_price <> billed_price
