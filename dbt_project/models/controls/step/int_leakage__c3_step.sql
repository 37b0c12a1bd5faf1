-- The arithmetic of C3: what was due to be posted against what was. Grain: bill run and account, or journal document.

with

candidate as (
    {{ owned_candidates('c3') }}
)

select
    control_id,
    direction,
    {{ c3_subject('candidate') }} as subject_key,
    period_start,
    currency_code,
    claim_key as step_key,
    case direction when 'under' then 'due_amount - posted_amount' else 'posted_amount - due_amount' end as formula,
    {{ json_object_text([
        ('due_amount', 'cast(billed_amount as string)'),
        ('posted_amount', 'cast(posted_amount as string)'),
    ]) }} as factors,
    {{ json_object_text_without_nulls([
        ('billing.bill_run', 'bill_run_id'),
        ('general_ledger.journal_line', 'journal_line_id'),
    ]) }} as source_records,
    cast(difference_amount as decimal(18, 6)) as amount
from candidate
