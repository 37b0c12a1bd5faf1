-- O7: billed for days after a completed cease. Grain: subscription and completed run.
-- Amount: each recurring line pro rata for the days from the cease on, less the discounts of the same days.

with

candidate as (
    {{ owned_candidates('o7') }}
),

refund as (
    {{ refund_per_run('candidate', [
        'max(product_order_id) as product_order_id',
        'max(service_order_id) as service_order_id',
        'min(cease_day) as cease_day',
    ]) }}
)

select
    'O7' as control_id,
    'over' as direction,
    refund.customer_id,
    refund.billing_account_id,
    refund.service_id,
    concat_ws(':', 'billing.subscription', refund.subscription_id_billing) as subject_key,
    {{ json_object_text_without_nulls([
        ('billing.subscription', 'refund.subscription_id_billing'),
        ('billing.bill_run', 'refund.bill_run_id'),
        ('orders.product_order', 'refund.product_order_id'),
        ('orders.service_order', 'refund.service_order_id'),
        ('crm.product', 'source_key.product_key_crm'),
        ('crm_fixed.product', 'source_key.product_key_crm_fixed'),
        ('inventory.service', 'source_key.service_key_inventory'),
        ('subscribers.subscriber', 'source_key.subscriber_key'),
    ]) }} as source_keys,
    {{ json_object_text([
        ('cease_day', 'cast(refund.cease_day as string)'),
        ('refund_days', 'refund.refund_days'),
        ('billed_days', 'refund.billed_days'),
        ('recurring_amount', 'cast(refund.recurring_amount as string)'),
        ('recurring_refund', 'cast(cast(refund.recurring_refund as decimal(18, 6)) as string)'),
        ('discount_refund', 'cast(cast(refund.discount_refund as decimal(18, 6)) as string)'),
    ]) }} as evidence,
    'order_type' as root_cause_type,
    'delete' as root_cause_key,
    refund.period_start,
    refund.period_end,
    refund.amount,
    refund.currency_code,
    false as is_estimate
from refund
left join {{ ref('int_service__source_key') }} as source_key
    on refund.service_id = source_key.service_id
where refund.amount > 0
