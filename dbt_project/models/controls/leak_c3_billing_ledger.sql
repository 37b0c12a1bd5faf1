-- C3: billing and the general ledger differ. Grain: bill run, account and currency; or journal document and currency.

with

candidate as (
    {{ owned_candidates('c3') }}
)

select
    'C3' as control_id,
    candidate.direction,
    cast(null as string) as customer_id,
    cast(null as string) as billing_account_id,
    cast(null as string) as service_id,
    {{ c3_subject('candidate') }} as subject_key,
    {{ json_object_text_without_nulls([
        ('general_ledger.posting', "candidate.bill_run_id || '/' || candidate.account"),
        ('general_ledger.journal_document', 'candidate.document_number'),
        ('general_ledger.journal_line', 'candidate.journal_line_id'),
        ('billing.bill_run', 'candidate.bill_run_id'),
    ]) }} as source_keys,
    {{ json_object_text([
        ('due_amount', 'cast(candidate.billed_amount as string)'),
        ('posted_amount', 'cast(candidate.posted_amount as string)'),
        ('account', 'candidate.account'),
        ('documents', 'candidate.documents'),
    ]) }} as evidence,
    case when candidate.bill_run_id is not null then 'bill_run' else 'journal_document' end as root_cause_type,
    coalesce(candidate.bill_run_id, candidate.document_number) as root_cause_key,
    candidate.period_start,
    candidate.period_end,
    cast(candidate.difference_amount as decimal(18, 2)) as amount,
    candidate.currency_code,
    false as is_estimate
from candidate
