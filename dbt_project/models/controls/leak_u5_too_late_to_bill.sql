-- U5: usage that came too late to be billed. Grain: subscription, and the period of the run that billed it, or the month
-- of the use while none has.
-- Amount: what was rated of it, rounded once.

with

candidate as (
    {{ owned_candidates('u5') }}
),

found as (
    select
        subscription_id_billing,
        period_start,
        currency_code,
        max(period_end) as period_end,
        max(bill_run_id) as bill_run_id,
        max(customer_id) as customer_id,
        max(billing_account_id) as billing_account_id,
        max(service_id) as service_id,
        max(customer_type) as customer_type,
        max(limit_days) as limit_days,
        min(used_day) as first_used_day,
        max(billed_day) as billed_day,
        sum(case when is_billed then 1 else 0 end) as billed_events,
        count(*) as usage_events,
        cast(round(sum(amount), 2) as decimal(18, 2)) as amount
    from candidate
    group by subscription_id_billing, period_start, currency_code
)

select
    'U5' as control_id,
    'under' as direction,
    found.customer_id,
    found.billing_account_id,
    found.service_id,
    concat_ws(':', 'billing.subscription', found.subscription_id_billing) as subject_key,
    {{ json_object_text_without_nulls([
        ('billing.subscription', 'found.subscription_id_billing'),
        ('billing.bill_run', 'found.bill_run_id'),
        ('crm.product', 'source_key.product_key_crm'),
        ('crm_fixed.product', 'source_key.product_key_crm_fixed'),
        ('inventory.service', 'source_key.service_key_inventory'),
        ('subscribers.subscriber', 'source_key.subscriber_key'),
    ]) }} as source_keys,
    {{ json_object_text([
        ('customer_type', 'found.customer_type'),
        ('limit_days', 'found.limit_days'),
        ('first_used_day', 'cast(found.first_used_day as string)'),
        ('billed_day', 'cast(found.billed_day as string)'),
        ('billed_events', 'found.billed_events'),
        ('usage_events', 'found.usage_events'),
    ]) }} as evidence,
    'late_usage' as root_cause_type,
    coalesce(found.bill_run_id, 'unbilled') as root_cause_key,
    found.period_start,
    found.period_end,
    found.amount,
    found.currency_code,
    false as is_estimate
from found
left join {{ ref('int_service__source_key') }} as source_key
    on found.service_id = source_key.service_id
where found.amount > 0
