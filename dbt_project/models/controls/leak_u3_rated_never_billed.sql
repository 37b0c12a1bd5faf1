-- U3: rated, due in a completed run, and not on its bill. Grain: subscription and completed run.
-- Amount: rated amounts due, rounded as the bill rounds them, minus the usage billed, per usage type.

with

candidate as (
    {{ owned_candidates('u3') }}
),

found as (
    select
        subscription_id_billing,
        bill_run_id,
        currency_code,
        max(customer_id) as customer_id,
        max(billing_account_id) as billing_account_id,
        max(service_id) as service_id,
        {{ distinct_list('usage_type') }} as usage_types,
        sum(rated_rows) as rated_rows,
        sum(rows_never_picked_up) as rows_never_picked_up,
        sum(rated_amount) as rated_amount,
        sum(billed_amount) as billed_amount,
        sum(unbilled_amount) as amount,
        max(period_start) as period_start,
        max(period_end) as period_end
    from candidate
    group by subscription_id_billing, bill_run_id, currency_code
)

select
    'U3' as control_id,
    'under' as direction,
    found.customer_id,
    found.billing_account_id,
    found.service_id,
    concat_ws(':', 'billing.subscription', found.subscription_id_billing) as subject_key,
    {{ subscription_source_keys('found') }} as source_keys,
    {{ json_object_text([
        ('usage_types', 'found.usage_types'),
        ('rated_rows', 'found.rated_rows'),
        ('rows_never_picked_up', 'found.rows_never_picked_up'),
        ('rated_amount', 'cast(found.rated_amount as string)'),
        ('billed_amount', 'cast(found.billed_amount as string)'),
    ]) }} as evidence,
    'bill_run' as root_cause_type,
    found.bill_run_id as root_cause_key,
    found.period_start,
    found.period_end,
    cast(found.amount as decimal(18, 2)) as amount,
    found.currency_code,
    false as is_estimate
from found
left join {{ ref('int_service__source_key') }} as source_key
    on found.service_id = source_key.service_id
