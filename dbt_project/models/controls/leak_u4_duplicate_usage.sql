-- U4: the same event rated and billed more than once. Grain: subscription and completed run.
-- Amount: what the bill's usage lines shrink by without the copies, each line rounded once.

with

{{ corrected_event_ctes('u4', difference='-owned.amount', condition='owned.is_billed and owned.amount > 0') }},

refund as (
    {{ usage_line_amounts('line') }}
),

found as (
    select
        subscription_id_billing,
        bill_run_id,
        currency_code,
        max(customer_id) as customer_id,
        max(billing_account_id) as billing_account_id,
        max(service_id) as service_id,
        count(*) as copies,
        min(event_reference) as example_event_reference,
        -- A record is <stream>-<file sequence>-<record sequence>: a file sent again shows in all of its copies.
        min({{ dbt.split_part('event_reference', "'-'", 1) }} || '-' || {{ dbt.split_part('event_reference', "'-'", 2) }})
            as mediation_file,
        min(rated_usage_id) as example_rated_usage_id,
        min(first_rated_usage_id) as example_first_rated_usage_id,
        sum(amount) as copies_amount
    from event
    group by subscription_id_billing, bill_run_id, currency_code
)

select
    'U4' as control_id,
    'over' as direction,
    found.customer_id,
    found.billing_account_id,
    found.service_id,
    concat_ws(':', 'billing.subscription', found.subscription_id_billing) as subject_key,
    {{ subscription_source_keys('found') }} as source_keys,
    {{ json_object_text([
        ('copies', 'found.copies'),
        ('copies_amount', 'cast(found.copies_amount as string)'),
        ('example_event_reference', 'found.example_event_reference'),
        ('example_rated_usage_id', 'found.example_rated_usage_id'),
        ('example_first_rated_usage_id', 'found.example_first_rated_usage_id'),
    ]) }} as evidence,
    'mediation_file' as root_cause_type,
    found.mediation_file as root_cause_key,
    run.period_start,
    run.period_end,
    cast(refund.amount as decimal(18, 2)) as amount,
    found.currency_code,
    false as is_estimate
from found
inner join refund
    on found.subscription_id_billing = refund.subscription_id_billing
    and found.bill_run_id = refund.bill_run_id
    and found.currency_code = refund.currency_code
inner join {{ ref('fct_bill_run') }} as run
    on found.bill_run_id = run.bill_run_id
left join {{ ref('int_service__source_key') }} as source_key
    on found.service_id = source_key.service_id
where refund.amount >= {{ control_parameter('U4', 'rounding_tolerance', 'decimal(18, 6)') }}
