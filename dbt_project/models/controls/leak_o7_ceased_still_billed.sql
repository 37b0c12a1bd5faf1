-- O7: billed for days after a completed cease. Grain: subscription and completed run.
-- Amount: each recurring line pro rata for the days from the cease on, less the discounts of the same days.

with

candidate as (
    select
        candidate.*,
        cast(candidate.amount as decimal(18, 6)) * candidate.refund_days / nullif(candidate.line_days, 0)
            as refund_amount
    from {{ ref('int_leakage__o7_candidate') }} as candidate
    inner join {{ ref('int_leakage__claim') }} as claim
        on candidate.control_id = claim.control_id
        and candidate.claim_key = claim.claim_key
        and claim.is_owner
),

found as (
    select
        subscription_id_billing,
        bill_run_id,
        currency_code,
        max(customer_id) as customer_id,
        max(billing_account_id) as billing_account_id,
        max(service_id) as service_id,
        max(product_order_id) as product_order_id,
        max(service_order_id) as service_order_id,
        min(cease_day) as cease_day,
        max(run_period_start) as period_start,
        max(run_period_end) as period_end,
        sum(case when line_type = 'recurring' then refund_days else 0 end) as refund_days,
        sum(case when line_type = 'recurring' then line_days else 0 end) as billed_days,
        sum(case when line_type = 'recurring' then amount else 0 end) as recurring_amount,
        sum(case when line_type = 'recurring' then refund_amount else 0 end) as recurring_refund,
        sum(case when line_type = 'discount' then refund_amount else 0 end) as discount_refund
    from candidate
    group by subscription_id_billing, bill_run_id, currency_code
),

rounded as (
    select *, cast(round(recurring_refund + discount_refund, 2) as decimal(18, 2)) as amount
    from found
)

select
    'O7' as control_id,
    'over' as direction,
    rounded.customer_id,
    rounded.billing_account_id,
    rounded.service_id,
    concat_ws(':', 'billing.subscription', rounded.subscription_id_billing) as subject_key,
    {{ json_object_text_without_nulls([
        ('billing.subscription', 'rounded.subscription_id_billing'),
        ('billing.bill_run', 'rounded.bill_run_id'),
        ('orders.product_order', 'rounded.product_order_id'),
        ('orders.service_order', 'rounded.service_order_id'),
        ('crm.product', 'source_key.product_key_crm'),
        ('crm_fixed.product', 'source_key.product_key_crm_fixed'),
        ('inventory.service', 'source_key.service_key_inventory'),
        ('subscribers.subscriber', 'source_key.subscriber_key'),
    ]) }} as source_keys,
    {{ json_object_text([
        ('cease_day', 'cast(rounded.cease_day as string)'),
        ('refund_days', 'rounded.refund_days'),
        ('billed_days', 'rounded.billed_days'),
        ('recurring_amount', 'cast(rounded.recurring_amount as string)'),
        ('recurring_refund', 'cast(cast(rounded.recurring_refund as decimal(18, 6)) as string)'),
        ('discount_refund', 'cast(cast(rounded.discount_refund as decimal(18, 6)) as string)'),
    ]) }} as evidence,
    rounded.period_start,
    rounded.period_end,
    rounded.amount,
    rounded.currency_code,
    false as is_estimate
from rounded
left join {{ ref('int_service__source_key') }} as source_key
    on rounded.service_id = source_key.service_id
where rounded.amount > 0
