-- R3: one-off fees that are on no bill. Grain: order_item_id, product_offering_price_id.
-- A fee is paid for by a one-off line of its subscription and amount; where several are due the first line pays for the first.
-- A fee may follow on the next bill: it counts as missed once the run that holds the last day of grace is completed.

with

due as (
    select
        *,
        row_number() over (
            partition by subscription_id_billing, fee_amount, currency_code
            order by event_day nulls last, order_item_id nulls last, product_offering_price_id nulls last
        ) as fee_number
    from {{ ref('int_bill__fee_due') }}
    where fee_amount > 0
),

charged as (
    select
        line.subscription_id_billing,
        line.amount,
        line.currency_code,
        row_number() over (
            partition by line.subscription_id_billing, line.amount, line.currency_code
            order by line.period_start nulls last, line.invoice_line_id nulls last
        ) as fee_number
    from {{ ref('fct_invoice_line') }} as line
    inner join {{ ref('fct_invoice') }} as invoice
        on line.invoice_id = invoice.invoice_id
    where line.line_type = 'one_off' and invoice.status <> 'cancelled'
),

grace as (
    select
        due.*,
        {{ dbt.dateadd('day', control_parameter('R3', 'grace_days', 'integer'), 'due.event_day') }} as last_grace_at
    from due
),

billed_until as (
    select bill_cycle, max(period_end) as billed_until
    from {{ ref('fct_bill_run') }}
    where status = 'completed'
    group by bill_cycle
)

select
    concat_ws(':', 'one_off', grace.order_item_id, grace.product_offering_price_id) as claim_key,
    'R3' as control_id,
    grace.order_item_id,
    grace.product_order_id,
    grace.action,
    grace.event_day,
    grace.subscription_id_billing,
    grace.billing_account_id,
    grace.customer_id,
    grace.service_id,
    grace.product_offering_price_id,
    grace.currency_code,
    grace.price_amount,
    grace.waived_percentage,
    grace.fee_amount,
    grace.bill_run_id,
    grace.period_start,
    coalesce(last_run.period_end, grace.period_end) as period_end
from grace
inner join billed_until
    on grace.bill_cycle = billed_until.bill_cycle
    and cast(grace.last_grace_at as date) < billed_until.billed_until
left join charged
    on grace.subscription_id_billing = charged.subscription_id_billing
    and grace.fee_amount = charged.amount
    and grace.currency_code = charged.currency_code
    and grace.fee_number = charged.fee_number
left join {{ ref('fct_bill_run') }} as last_run
    on grace.bill_cycle = last_run.bill_cycle
    and last_run.status = 'completed'
    and cast(grace.last_grace_at as date) >= last_run.period_start
    and cast(grace.last_grace_at as date) < last_run.period_end
where charged.subscription_id_billing is null
