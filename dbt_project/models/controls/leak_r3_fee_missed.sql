-- R3: a fee that an order owes is on no bill. Grain: subscription and the completed run that should have charged it.
-- Amount: the catalogue's fee less what was waived with the order.

with

candidate as (
    {{ owned_candidates('r3') }}
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
        min(event_day) as event_day,
        {{ distinct_list('action') }} as actions,
        {{ distinct_list('product_offering_price_id') }} as prices,
        min(product_offering_price_id) as product_offering_price_id,
        sum(fee_amount) as amount,
        min(period_start) as period_start,
        max(period_end) as period_end
    from candidate
    group by subscription_id_billing, bill_run_id, currency_code
)

select
    'R3' as control_id,
    'under' as direction,
    found.customer_id,
    found.billing_account_id,
    found.service_id,
    concat_ws(':', 'billing.subscription', found.subscription_id_billing) as subject_key,
    {{ json_object_text_without_nulls([
        ('billing.subscription', 'found.subscription_id_billing'),
        ('billing.bill_run', 'found.bill_run_id'),
        ('orders.product_order', 'found.product_order_id'),
        ('crm.product', 'source_key.product_key_crm'),
        ('crm_fixed.product', 'source_key.product_key_crm_fixed'),
        ('inventory.service', 'source_key.service_key_inventory'),
    ]) }} as source_keys,
    {{ json_object_text([
        ('order_actions', 'found.actions'),
        ('event_day', 'cast(found.event_day as string)'),
        ('product_offering_prices', 'found.prices'),
    ]) }} as evidence,
    'product_offering_price' as root_cause_type,
    found.product_offering_price_id as root_cause_key,
    found.period_start,
    found.period_end,
    cast(found.amount as decimal(18, 2)) as amount,
    found.currency_code,
    false as is_estimate
from found
left join {{ ref('int_service__source_key') }} as source_key
    on found.service_id = source_key.service_id
