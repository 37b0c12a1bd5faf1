-- U4: the same event rated and billed more than once. Grain: subscription and completed run.
-- Amount: the rated amounts of every billed copy but the first.

with

found as (
    select
        candidate.subscription_id_billing,
        candidate.bill_run_id,
        candidate.currency_code,
        max(candidate.customer_id) as customer_id,
        max(candidate.billing_account_id) as billing_account_id,
        max(candidate.service_id) as service_id,
        count(*) as copies,
        min(candidate.event_reference) as example_event_reference,
        min(candidate.rated_usage_id) as example_rated_usage_id,
        min(candidate.first_rated_usage_id) as example_first_rated_usage_id,
        sum(candidate.amount) as copies_amount
    from {{ ref('int_leakage__u4_candidate') }} as candidate
    inner join {{ ref('int_leakage__claim') }} as claim
        on candidate.control_id = claim.control_id
        and candidate.claim_key = claim.claim_key
        and claim.is_owner
    where candidate.is_billed and candidate.amount > 0
    group by candidate.subscription_id_billing, candidate.bill_run_id, candidate.currency_code
)

select
    'U4' as control_id,
    'over' as direction,
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
        ('copies', 'found.copies'),
        ('copies_amount', 'cast(found.copies_amount as string)'),
        ('example_event_reference', 'found.example_event_reference'),
        ('example_rated_usage_id', 'found.example_rated_usage_id'),
        ('example_first_rated_usage_id', 'found.example_first_rated_usage_id'),
    ]) }} as evidence,
    run.period_start,
    run.period_end,
    cast(round(found.copies_amount, 2) as decimal(18, 2)) as amount,
    found.currency_code,
    false as is_estimate
from found
inner join {{ ref('fct_bill_run') }} as run
    on found.bill_run_id = run.bill_run_id
left join {{ ref('int_service__source_key') }} as source_key
    on found.service_id = source_key.service_id
where found.copies_amount >= {{ control_parameter('U4', 'rounding_tolerance', 'decimal(18, 6)') }}
