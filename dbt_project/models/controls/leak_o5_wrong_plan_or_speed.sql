-- O5: charged for another plan than was ordered, or than the network provides. Grain: direction, subscription and
-- completed run.
-- Amount: the difference of the two plans' monthly prices for the days, per line rounded like the bill.

with

candidate as (
    select
        owned.*,
        case when difference_amount > 0 then 'under' else 'over' end as direction
    from ({{ owned_candidates('o5') }}) as owned
),

found as (
    select
        direction,
        subscription_id_billing,
        bill_run_id,
        currency_code,
        max(customer_id) as customer_id,
        max(billing_account_id) as billing_account_id,
        max(service_id) as service_id,
        max(product_order_id) as product_order_id,
        max(mismatch) as mismatch,
        max(product_offering_id) as product_offering_id,
        max(due_offering_id) as due_offering_id,
        max(billed_price) as billed_price,
        max(due_price) as due_price,
        min(wrong_from) as wrong_from,
        sum(wrong_days) as wrong_days,
        max(period_start) as period_start,
        max(period_end) as period_end,
        cast(abs(sum(difference_amount)) as decimal(18, 2)) as amount
    from candidate
    group by direction, subscription_id_billing, bill_run_id, currency_code
)

select
    'O5' as control_id,
    found.direction,
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
        ('subscribers.subscriber', 'source_key.subscriber_key'),
    ]) }} as source_keys,
    {{ json_object_text([
        ('mismatch', 'found.mismatch'),
        ('billed_offering', 'found.product_offering_id'),
        ('due_offering', 'found.due_offering_id'),
        ('billed_price', 'cast(found.billed_price as string)'),
        ('due_price', 'cast(found.due_price as string)'),
        ('wrong_from', 'cast(found.wrong_from as string)'),
        ('wrong_days', 'found.wrong_days'),
    ]) }} as evidence,
    case found.mismatch when 'plan' then 'order_type' else 'product_offering' end as root_cause_type,
    case found.mismatch when 'plan' then 'modify' else found.product_offering_id end as root_cause_key,
    found.period_start,
    found.period_end,
    found.amount,
    found.currency_code,
    false as is_estimate
from found
left join {{ ref('int_service__source_key') }} as source_key
    on found.service_id = source_key.service_id
where found.amount > 0
