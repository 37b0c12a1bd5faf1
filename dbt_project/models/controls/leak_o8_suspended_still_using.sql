-- O8: used and rated although dunning had barred the subscription. Grain: subscription and calendar month.
-- Amount: what was rated after the bar, rounded once.

with

candidate as (
    {{ owned_candidates('o8') }}
),

found as (
    select
        subscription_id_billing,
        period_start,
        currency_code,
        max(period_end) as period_end,
        max(customer_id) as customer_id,
        max(billing_account_id) as billing_account_id,
        max(service_id) as service_id,
        min(dunning_action_id) as dunning_action_id,
        min(bar_day) as bar_day,
        count(*) as usage_events,
        cast(round(sum(amount), 2) as decimal(18, 2)) as amount
    from candidate
    group by subscription_id_billing, period_start, currency_code
)

select
    'O8' as control_id,
    'under' as direction,
    found.customer_id,
    found.billing_account_id,
    found.service_id,
    concat_ws(':', 'billing.subscription', found.subscription_id_billing) as subject_key,
    {{ json_object_text_without_nulls([
        ('billing.subscription', 'found.subscription_id_billing'),
        ('billing.dunning_action', 'found.dunning_action_id'),
        ('crm.product', 'source_key.product_key_crm'),
        ('crm_fixed.product', 'source_key.product_key_crm_fixed'),
        ('inventory.service', 'source_key.service_key_inventory'),
        ('subscribers.subscriber', 'source_key.subscriber_key'),
    ]) }} as source_keys,
    {{ json_object_text([
        ('bar_day', 'cast(found.bar_day as string)'),
        ('usage_events', 'found.usage_events'),
    ]) }} as evidence,
    'dunning_level' as root_cause_type,
    'bar' as root_cause_key,
    found.period_start,
    found.period_end,
    found.amount,
    found.currency_code,
    false as is_estimate
from found
left join {{ ref('int_service__source_key') }} as source_key
    on found.service_id = source_key.service_id
where found.amount > 0
