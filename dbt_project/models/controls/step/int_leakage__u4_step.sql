-- The arithmetic of U4: the rated amount of every billed copy. Grain: rated_usage_id of a copy.

with

candidate as (
    {{ owned_candidates('u4') }}
)

select
    candidate.control_id,
    'over' as direction,
    concat_ws(':', 'billing.subscription', candidate.subscription_id_billing) as subject_key,
    run.period_start,
    candidate.currency_code,
    candidate.claim_key as step_key,
    'copy_amount' as formula,
    {{ json_object_text([('copy_amount', 'cast(candidate.amount as string)')]) }} as factors,
    {{ json_object_text([
        ('billing.rated_usage', 'cast(candidate.rated_usage_id as string)'),
        ('billing.rated_usage.2', 'cast(candidate.first_rated_usage_id as string)'),
        ('usage.usage_event', 'candidate.event_reference'),
    ]) }} as source_records,
    cast(candidate.amount as decimal(18, 6)) as amount
from candidate
inner join {{ ref('fct_bill_run') }} as run
    on candidate.bill_run_id = run.bill_run_id
where candidate.is_billed and candidate.amount > 0
