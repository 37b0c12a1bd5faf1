-- O2: recurring lines for days on which no system shows the service in the network. Grain: invoice_line_id.
-- A gap of a few days is a SIM swap or a missed dump, not an absence (parameter min_unprovisioned_days).

with

lines as (
    select *
    from {{ ref('int_subscription__recurring_bill') }}
    where needs_network_service
),

islands as (
    select *
    from {{ ref('int_service__presence_island') }}
    where presence_scope = 'anywhere'
),

covered as (
    select
        lines.invoice_line_id,
        sum({{ shared_days('lines.line_period_start', 'lines.line_period_end', 'islands.first_day', 'islands.end_day') }})
            as provisioned_days
    from lines
    inner join islands
        on lines.service_id = islands.service_id
        and lines.line_period_start < islands.end_day
        and lines.line_period_end > islands.first_day
    group by lines.invoice_line_id
),

measured as (
    select
        lines.*,
        lines.line_days - coalesce(covered.provisioned_days, 0) as refund_days
    from lines
    left join covered
        on lines.invoice_line_id = covered.invoice_line_id
)

select
    'invoice_line:' || invoice_line_id as claim_key,
    'O2' as control_id,
    invoice_line_id,
    subscription_id_billing,
    bill_run_id,
    billing_account_id,
    customer_id,
    service_id,
    currency_code,
    recurring_amount,
    run_recurring_amount,
    run_discount_amount,
    line_period_start,
    line_period_end,
    line_days,
    run_period_start,
    run_period_end,
    refund_days
from measured
where refund_days >= least({{ control_parameter('O2', 'min_unprovisioned_days', 'integer') }}, line_days)
