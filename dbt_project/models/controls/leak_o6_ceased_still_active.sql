-- O6: used after a completed cease, because the network was not switched off. Grain: product and completed run.
-- Amount: the usage from the cease on at catalogue prices, rounded once.

with

candidate as (
    {{ owned_candidates('o6') }}
),

found as (
    select
        source_system,
        product_id_source,
        bill_run_id,
        currency_code,
        max(customer_id) as customer_id,
        max(billing_account_id) as billing_account_id,
        max(service_id) as service_id,
        max(product_order_id) as product_order_id,
        max(service_order_id) as service_order_id,
        max(period_start) as period_start,
        max(period_end) as period_end,
        min(cease_day) as cease_day,
        max(served_until) as served_until,
        count(*) as usage_events,
        cast(round(sum(amount), 2) as decimal(18, 2)) as amount
    from candidate
    group by source_system, product_id_source, bill_run_id, currency_code
)

select
    'O6' as control_id,
    'under' as direction,
    found.customer_id,
    found.billing_account_id,
    found.service_id,
    concat_ws(':', concat_ws('.', found.source_system, 'product'), found.product_id_source) as subject_key,
    {{ json_object_text_without_nulls([
        ('crm.product', 'source_key.product_key_crm'),
        ('crm_fixed.product', 'source_key.product_key_crm_fixed'),
        ('inventory.service', 'source_key.service_key_inventory'),
        ('subscribers.subscriber', 'source_key.subscriber_key'),
        ('billing.bill_run', 'found.bill_run_id'),
        ('orders.product_order', 'found.product_order_id'),
        ('orders.service_order', 'found.service_order_id'),
    ]) }} as source_keys,
    {{ json_object_text([
        ('cease_day', 'cast(found.cease_day as string)'),
        ('served_until', 'cast(found.served_until as string)'),
        ('usage_events', 'found.usage_events'),
    ]) }} as evidence,
    'order_type' as root_cause_type,
    'delete' as root_cause_key,
    found.period_start,
    found.period_end,
    found.amount,
    found.currency_code,
    false as is_estimate
from found
left join {{ ref('int_service__source_key') }} as source_key
    on found.service_id = source_key.service_id
where found.amount > 0
