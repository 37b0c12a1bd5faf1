-- The arithmetic of R9: how much of each credit lies over the limit, after what was given before it. Grain: adjustment.

with

candidate as (
    {{ owned_candidates('r9') }}
)

select
    control_id,
    'under' as direction,
    concat_ws(':', 'billing.adjustment', first_adjustment_id) as subject_key,
    cast(date_trunc('month', series_day) as date) as period_start,
    currency_code,
    claim_key as step_key,
    'min(credit, given_before + credit - credit_limit)' as formula,
    {{ json_object_text([
        ('credit', 'cast(credit_amount as string)'),
        ('given_before', 'cast(given_before as string)'),
        ('credit_limit', 'cast(credit_limit as string)'),
    ]) }} as factors,
    {{ json_object_text([('billing.adjustment', 'adjustment_id')]) }} as source_records,
    cast(excess_amount as decimal(18, 6)) as amount
from candidate
