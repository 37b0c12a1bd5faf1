-- U7: truncated and partial records, clock drift. Grain: subscription, completed run, direction.
-- Amount: what the sessions would have cost as the network measured them, minus what they cost as recorded; rounded once.

with

candidate as (
    {{ owned_candidates('u7') }}
),

found as (
    select
        subscription_id_billing,
        bill_run_id,
        direction,
        currency_code,
        max(period_start) as period_start,
        max(period_end) as period_end,
        max(customer_id) as customer_id,
        max(billing_account_id) as billing_account_id,
        max(service_id) as service_id,
        count(*) as sessions,
        {{ distinct_list('difference') }} as differences,
        {{ distinct_list('network_element') }} as network_elements,
        max(difference) as difference,
        max(network_element) as network_element,
        min(session_total_id) as example_session_total_id,
        sum(case when usage_type = 'voice' then missing_quantity else 0 end) as missing_seconds,
        sum(case when usage_type = 'data' then missing_quantity else 0 end) as missing_bytes,
        max(abs(drift_seconds)) as largest_drift_seconds,
        cast(round(sum(amount), 2) as decimal(18, 2)) as amount
    from candidate
    group by subscription_id_billing, bill_run_id, direction, currency_code
)

select
    'U7' as control_id,
    found.direction,
    found.customer_id,
    found.billing_account_id,
    found.service_id,
    concat_ws(':', 'billing.subscription', found.subscription_id_billing) as subject_key,
    {{ json_object_text_without_nulls([
        ('billing.subscription', 'found.subscription_id_billing'),
        ('usage.session_total', 'found.example_session_total_id'),
        ('crm.product', 'source_key.product_key_crm'),
        ('crm_fixed.product', 'source_key.product_key_crm_fixed'),
        ('inventory.service', 'source_key.service_key_inventory'),
        ('subscribers.subscriber', 'source_key.subscriber_key'),
    ]) }} as source_keys,
    {{ json_object_text([
        ('sessions', 'found.sessions'),
        ('differences', 'found.differences'),
        ('network_elements', 'found.network_elements'),
        ('missing_seconds', 'found.missing_seconds'),
        ('missing_bytes', 'found.missing_bytes'),
        ('largest_drift_seconds', 'found.largest_drift_seconds'),
    ]) }} as evidence,
    found.difference as root_cause_type,
    found.network_element as root_cause_key,
    found.period_start,
    found.period_end,
    found.amount,
    found.currency_code,
    false as is_estimate
from found
left join {{ ref('int_service__source_key') }} as source_key
    on found.service_id = source_key.service_id
where found.amount > 0
