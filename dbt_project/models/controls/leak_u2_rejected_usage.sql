-- U2: usage that mediation rejected and nobody resubmitted. Grain: subscription, completed run.
-- Amount: what the records would have cost by the catalogue, rounded once.

with

candidate as (
    {{ owned_candidates('u2') }}
),

found as (
    select
        subscription_id_billing,
        bill_run_id,
        currency_code,
        max(period_start) as period_start,
        max(period_end) as period_end,
        max(customer_id) as customer_id,
        max(billing_account_id) as billing_account_id,
        max(service_id) as service_id,
        count(*) as rejected_records,
        {{ distinct_list('reason_code') }} as reason_codes,
        max(reason_code) as reason_code,
        min(usage_reject_id) as example_usage_reject_id,
        min(rejected_date) as first_rejected_date,
        max(waiting_days) as longest_waiting_days,
        cast(round(sum(amount), 2) as decimal(18, 2)) as amount
    from candidate
    group by subscription_id_billing, bill_run_id, currency_code
)

select
    'U2' as control_id,
    'under' as direction,
    found.customer_id,
    found.billing_account_id,
    found.service_id,
    concat_ws(':', 'billing.subscription', found.subscription_id_billing) as subject_key,
    {{ json_object_text_without_nulls([
        ('billing.subscription', 'found.subscription_id_billing'),
        ('usage.usage_reject', 'found.example_usage_reject_id'),
        ('crm.product', 'source_key.product_key_crm'),
        ('crm_fixed.product', 'source_key.product_key_crm_fixed'),
        ('inventory.service', 'source_key.service_key_inventory'),
        ('subscribers.subscriber', 'source_key.subscriber_key'),
    ]) }} as source_keys,
    {{ json_object_text([
        ('rejected_records', 'found.rejected_records'),
        ('reason_codes', 'found.reason_codes'),
        ('first_rejected_date', 'cast(found.first_rejected_date as string)'),
        ('longest_waiting_days', 'found.longest_waiting_days'),
    ]) }} as evidence,
    'reject_reason' as root_cause_type,
    found.reason_code as root_cause_key,
    found.period_start,
    found.period_end,
    found.amount,
    found.currency_code,
    false as is_estimate
from found
left join {{ ref('int_service__source_key') }} as source_key
    on found.service_id = source_key.service_id
where found.amount > 0
