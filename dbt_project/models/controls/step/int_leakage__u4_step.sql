-- The arithmetic of U4: the rated amount of every billed copy, and the cents of their usage lines. Grain: rated_usage_id of a copy, or
-- usage line.

with

{{ corrected_event_ctes('u4', difference='-owned.amount', condition='owned.is_billed and owned.amount > 0') }}

select
    event.control_id,
    event.direction,
    concat_ws(':', 'billing.subscription', event.subscription_id_billing) as subject_key,
    run.period_start,
    event.currency_code,
    event.claim_key as step_key,
    'copy_amount' as formula,
    {{ json_object_text([('copy_amount', 'cast(event.amount as string)')]) }} as factors,
    {{ json_object_text([
        ('billing.rated_usage', 'cast(event.rated_usage_id as string)'),
        ('billing.rated_usage.2', 'cast(event.first_rated_usage_id as string)'),
        ('usage.usage_event', 'event.event_reference'),
    ]) }} as source_records,
    cast(event.amount as decimal(18, 6)) as amount
from event
inner join {{ ref('fct_bill_run') }} as run
    on event.bill_run_id = run.bill_run_id
union all
{{ usage_line_rounding_steps('u4', 'line') }}
