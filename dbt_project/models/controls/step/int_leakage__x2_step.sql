-- The arithmetic of X2: the catalogue's charge of each use abroad against the rated one. Grain: claim_key.

with

candidate as (
    {{ owned_candidates('x2') }}
)

select
    candidate.control_id,
    case when candidate.difference_amount > 0 then 'under' else 'over' end as direction,
    concat_ws(':', 'billing.subscription', candidate.subscription_id_billing) as subject_key,
    run.period_start,
    candidate.currency_code,
    candidate.claim_key as step_key,
    case
        when candidate.difference_amount > 0 then 'expected_steps * expected_unit_price - rated_amount'
        else 'rated_amount - expected_steps * expected_unit_price'
    end as formula,
    {{ json_object_text([
        ('expected_steps', 'cast(candidate.expected_steps as string)'),
        ('expected_unit_price', 'cast(candidate.expected_unit_price as string)'),
        ('rated_amount', 'cast(candidate.rated_amount as string)'),
    ]) }} as factors,
    {{ json_object_text_without_nulls([
        ('roaming.call_event', 'candidate.roaming_event_id'),
        ('billing.rated_usage', 'cast(candidate.rated_usage_id as string)'),
        ('usage.usage_event', 'candidate.event_reference'),
        ('catalog.product_offering_price', 'candidate.product_offering_price_id'),
        ('catalog.product_offering_price.2', 'candidate.allowance_price_id'),
    ]) }} as source_records,
    cast(abs(candidate.difference_amount) as decimal(18, 6)) as amount
from candidate
inner join {{ ref('fct_bill_run') }} as run
    on candidate.bill_run_id = run.bill_run_id
