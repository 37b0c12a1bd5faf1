-- O2: recurring lines, and discounts on them, for days on which the network had no such service. Grain:
-- invoice_line_id. The days billed for a subscription, minus every day on which the network held its service. A gap
-- is judged as a whole, across bills: a short one is a SIM swap, a missed dump or a late start (parameter
-- min_unprovisioned_days), not an absence.

with

line as (
    select *
    from {{ ref('int_subscription__charge_line') }}
    where needs_network_service
),

subscription as (
    select * from {{ ref('dim_subscription') }}
),

expected as (
    select
        subscription_id_billing,
        max(service_id) as service_id,
        min(line_period_start) as expected_from,
        max(line_period_end) as expected_to
    from line
    where line_type = 'recurring'
    group by subscription_id_billing
),

-- A line that moved is two services in turn under one number, for one customer; only one of them is the subscription's.
moved as (
    select subscription.subscription_id_billing, service.service_id
    from subscription
    inner join {{ ref('dim_service') }} as service
        on subscription.service_number = service.service_number
        and subscription.customer_id = service.customer_id
        and subscription.service_id <> service.service_id
    left join subscription as billed_otherwise
        on service.service_id = billed_otherwise.service_id
    where billed_otherwise.service_id is null
),

provided as (
    select subscription_id_billing, service_id from expected
    union
    select subscription_id_billing, service_id from moved
),

cover as (
    select provided.subscription_id_billing, island.first_day, island.end_day
    from provided
    inner join {{ ref('int_service__presence_island') }} as island
        on provided.service_id = island.service_id
        and island.presence_scope = 'any'
),

gap as (
    {{ uncovered('expected', 'cover', 'subscription_id_billing') }}
),

absence as (
    select *
    from gap
    where
        {{ dbt.datediff('gap_from', 'gap_to', 'day') }}
        >= {{ control_parameter('O2', 'min_unprovisioned_days', 'integer') }}
),

refundable as (
    select
        line.invoice_line_id,
        sum({{ shared_days('line.line_period_start', 'line.line_period_end', 'absence.gap_from', 'absence.gap_to') }})
            as refund_days
    from line
    inner join absence
        on line.subscription_id_billing = absence.subscription_id_billing
        and line.line_period_start < absence.gap_to
        and line.line_period_end > absence.gap_from
    group by line.invoice_line_id
)

select
    'invoice_line:' || line.invoice_line_id as claim_key,
    'O2' as control_id,
    line.invoice_line_id,
    line.subscription_id_billing,
    line.bill_run_id,
    line.billing_account_id,
    line.customer_id,
    line.service_id,
    line.product_offering_id,
    line.currency_code,
    line.line_type,
    line.amount,
    line.line_period_start,
    line.line_period_end,
    line.line_days,
    line.run_period_start,
    line.run_period_end,
    refundable.refund_days
from line
inner join refundable
    on line.invoice_line_id = refundable.invoice_line_id
