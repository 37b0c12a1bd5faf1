-- The arithmetic of U4: the rated amount of every billed copy, and the cents of their usage lines. Grain: rated_usage_id of a copy, or
-- usage line.

with

candidate as (
    {{ owned_candidates('u4') }}
),

copy as (
    select
        *,
        'over' as direction,
        -amount as difference_amount
    from candidate
    where is_billed and amount > 0
),

line as (
    {{ usage_line_differences('copy') }}
)

select
    copy.control_id,
    copy.direction,
    concat_ws(':', 'billing.subscription', copy.subscription_id_billing) as subject_key,
    run.period_start,
    copy.currency_code,
    copy.claim_key as step_key,
    'copy_amount' as formula,
    {{ json_object_text([('copy_amount', 'cast(copy.amount as string)')]) }} as factors,
    {{ json_object_text([
        ('billing.rated_usage', 'cast(copy.rated_usage_id as string)'),
        ('billing.rated_usage.2', 'cast(copy.first_rated_usage_id as string)'),
        ('usage.usage_event', 'copy.event_reference'),
    ]) }} as source_records,
    cast(copy.amount as decimal(18, 6)) as amount
from copy
inner join {{ ref('fct_bill_run') }} as run
    on copy.bill_run_id = run.bill_run_id
union all
{{ usage_line_rounding_steps('u4', 'line') }}
