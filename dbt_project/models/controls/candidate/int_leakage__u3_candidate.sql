-- U3: rated amounts that were due in a completed run and are not on its bill. Grain: subscription, run, usage type,
-- currency. What a run picked up counts there; what none picked up counts in the run in which it was due, so that
-- late usage is on time. Left out: unbilled rows that were reversed, their reversals, and unbilled copies of a billed
-- event: nobody owes them.

with

rated_usage as (
    select * from {{ ref('fct_rated_usage') }}
),

repeats as (
    select rated_usage_id from {{ ref('int_rated_usage__repeat') }} where not is_billed
),

runs as (
    select * from {{ ref('fct_bill_run') }} where status = 'completed'
),

rated_due as (
    select
        rated_usage.subscription_id_billing,
        rated_usage.charge_bill_run_id as bill_run_id,
        rated_usage.usage_type,
        rated_usage.currency_code,
        max(rated_usage.billing_account_id) as billing_account_id,
        max(rated_usage.customer_id) as customer_id,
        max(rated_usage.service_id) as service_id,
        count(*) as rated_rows,
        sum(case when rated_usage.is_billed then 0 else 1 end) as rows_never_picked_up,
        sum(rated_usage.amount) as rated_amount
    from rated_usage
    left join repeats
        on rated_usage.rated_usage_id = repeats.rated_usage_id
    where
        rated_usage.charge_bill_run_id is not null
        and (rated_usage.is_billed or not (rated_usage.is_reversed or rated_usage.is_reversal))
        and repeats.rated_usage_id is null
    group by
        rated_usage.subscription_id_billing, rated_usage.charge_bill_run_id, rated_usage.usage_type,
        rated_usage.currency_code
),

billed as (
    select
        lines.subscription_id_billing,
        lines.bill_run_id,
        lines.usage_type,
        lines.currency_code,
        sum(lines.amount) as billed_amount
    from {{ ref('fct_invoice_line') }} as lines
    inner join {{ ref('fct_invoice') }} as invoices
        on lines.invoice_id = invoices.invoice_id
    where lines.line_type = 'usage' and invoices.status <> 'cancelled'
    group by lines.subscription_id_billing, lines.bill_run_id, lines.usage_type, lines.currency_code
)

select
    concat_ws(':', 'usage_line', rated_due.subscription_id_billing, rated_due.bill_run_id, rated_due.usage_type) as claim_key,
    'U3' as control_id,
    rated_due.subscription_id_billing,
    rated_due.bill_run_id,
    rated_due.usage_type,
    rated_due.currency_code,
    rated_due.billing_account_id,
    rated_due.customer_id,
    rated_due.service_id,
    rated_due.rated_rows,
    rated_due.rows_never_picked_up,
    rated_due.rated_amount,
    coalesce(billed.billed_amount, 0) as billed_amount,
    cast(round(rated_due.rated_amount, 2) as decimal(18, 2)) - coalesce(billed.billed_amount, 0) as unbilled_amount,
    runs.period_start,
    runs.period_end
from rated_due
inner join runs
    on rated_due.bill_run_id = runs.bill_run_id
left join billed
    on rated_due.subscription_id_billing = billed.subscription_id_billing
    and rated_due.bill_run_id = billed.bill_run_id
    and rated_due.usage_type = billed.usage_type
    and rated_due.currency_code = billed.currency_code
where
    cast(round(rated_due.rated_amount, 2) as decimal(18, 2)) - coalesce(billed.billed_amount, 0)
    >= {{ control_parameter('U3', 'rounding_tolerance', 'decimal(18, 2)') }}
