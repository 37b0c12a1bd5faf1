-- P3: the recurring charge is not what was agreed. Grain: subscription and completed run; the direction is that of the net.
-- Amount: what the days cost by the agreement (by the catalogue beside it) less what was billed.

with

candidate as (
    {{ owned_candidates('p3') }}
),

found as (
    select
        subscription_id_billing,
        bill_run_id,
        currency_code,
        max(customer_id) as customer_id,
        max(billing_account_id) as billing_account_id,
        max(service_id) as service_id,
        max(agreement_id) as agreement_id,
        max(agreed_price) as agreed_price,
        max(agreed_from) as agreed_from,
        max(agreed_to) as agreed_to,
        count(*) as lines,
        sum(charged_days) as charged_days,
        max(bill_month_days) as bill_month_days,
        sum(billed_amount) as billed_amount,
        sum(expected_amount) as expected_amount,
        sum(difference_amount) as difference_amount,
        max(period_start) as period_start,
        max(period_end) as period_end
    from candidate
    group by subscription_id_billing, bill_run_id, currency_code
)

select
    'P3' as control_id,
    case when found.difference_amount > 0 then 'under' else 'over' end as direction,
    found.customer_id,
    found.billing_account_id,
    found.service_id,
    concat_ws(':', 'billing.subscription', found.subscription_id_billing) as subject_key,
    {{ json_object_text_without_nulls([
        ('billing.subscription', 'found.subscription_id_billing'),
        ('billing.bill_run', 'found.bill_run_id'),
        ('inventory.service', 'source_key.service_key_inventory'),
        ('subscribers.subscriber', 'source_key.subscriber_key'),
    ]) }} as source_keys,
    {{ json_object_text([
        ('agreement', 'found.agreement_id'),
        ('agreed_price', 'cast(found.agreed_price as string)'),
        ('agreed_from', 'cast(found.agreed_from as string)'),
        ('agreed_to', 'cast(found.agreed_to as string)'),
        ('lines', 'found.lines'),
        ('charged_days', 'found.charged_days'),
        ('bill_month_days', 'found.bill_month_days'),
        ('billed_amount', 'cast(found.billed_amount as string)'),
        ('expected_amount', 'cast(found.expected_amount as string)'),
    ]) }} as evidence,
    'agreement' as root_cause_type,
    found.agreement_id as root_cause_key,
    found.period_start,
    found.period_end,
    cast(abs(found.difference_amount) as decimal(18, 2)) as amount,
    found.currency_code,
    false as is_estimate
from found
left join {{ ref('int_service__source_key') }} as source_key
    on found.service_id = source_key.service_id
where found.difference_amount <> 0
