-- The arithmetic of U1: each hour's missing units, at what a unit of the element's other records costs. Grain: record count.

with

candidate as (
    {{ owned_candidates('u1') }}
)

select
    control_id,
    'under' as direction,
    concat_ws(':', 'record_counts.element', recording_entity || '/' || usage_type) as subject_key,
    period_day as period_start,
    currency_code,
    claim_key as step_key,
    'missing_units * reference_amount / reference_units' as formula,
    {{ json_object_text([
        ('missing_units', 'cast(missing_quantity as string)'),
        ('reference_amount', 'cast(reference_amount as string)'),
        ('reference_units', 'cast(reference_quantity as string)'),
    ]) }} as factors,
    {{ json_object_text([('record_counts.record_count', 'record_count_id')]) }} as source_records,
    amount
from candidate
