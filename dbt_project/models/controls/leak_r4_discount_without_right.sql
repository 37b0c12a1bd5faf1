-- R4: discounts after their end, beyond their promotion, beside one that stands alone, or over the authority of who granted
-- them. Grain: subscription and completed run.
-- Amount: what was taken off less what the subscription is entitled to.

with

candidate as (
    {{ owned_candidates('r4') }}
),

found as (
    select
        subscription_id_billing,
        bill_run_id,
        currency_code,
        max(customer_id) as customer_id,
        max(billing_account_id) as billing_account_id,
        max(service_id) as service_id,
        {{ distinct_list('discount_id') }} as discounts,
        min(promotion_id) as promotion_id,
        min(authorised_by) as authorised_by,
        sum(billed_discount) as billed_discount,
        sum(entitled_discount) as entitled_discount,
        sum(excess_amount) as amount,
        max(period_start) as period_start,
        max(period_end) as period_end
    from candidate
    group by subscription_id_billing, bill_run_id, currency_code
)

select
    'R4' as control_id,
    'under' as direction,
    found.customer_id,
    found.billing_account_id,
    found.service_id,
    concat_ws(':', 'billing.subscription', found.subscription_id_billing) as subject_key,
    {{ json_object_text_without_nulls([
        ('billing.subscription', 'found.subscription_id_billing'),
        ('billing.bill_run', 'found.bill_run_id'),
        ('catalog.promotion', 'found.promotion_id'),
        ('inventory.service', 'source_key.service_key_inventory'),
        ('subscribers.subscriber', 'source_key.subscriber_key'),
    ]) }} as source_keys,
    {{ json_object_text([
        ('discounts', 'found.discounts'),
        ('promotion', 'found.promotion_id'),
        ('authorised_by', 'found.authorised_by'),
        ('billed_discount', 'cast(found.billed_discount as string)'),
        ('entitled_discount', 'cast(found.entitled_discount as string)'),
    ]) }} as evidence,
    case when found.promotion_id is null then 'employee' else 'promotion' end as root_cause_type,
    coalesce(found.promotion_id, found.authorised_by, 'unknown') as root_cause_key,
    found.period_start,
    found.period_end,
    cast(found.amount as decimal(18, 2)) as amount,
    found.currency_code,
    false as is_estimate
from found
left join {{ ref('int_service__source_key') }} as source_key
    on found.service_id = source_key.service_id
