-- R6: the tax of an invoice is not what the tax table gives. Grain: invoice.
-- Amount: tax due less tax billed; under where too little was charged.

with

candidate as (
    {{ owned_candidates('r6') }}
)

select
    'R6' as control_id,
    case when candidate.difference_amount > 0 then 'under' else 'over' end as direction,
    candidate.customer_id,
    candidate.billing_account_id,
    cast(null as string) as service_id,
    concat_ws(':', 'billing.invoice', candidate.invoice_id) as subject_key,
    {{ json_object_text_without_nulls([
        ('billing.invoice', 'candidate.invoice_id'),
        ('billing.account', 'account.account_id_billing'),
        ('billing.bill_run', 'candidate.bill_run_id'),
    ]) }} as source_keys,
    {{ json_object_text([
        ('net_amount', 'cast(candidate.net_amount as string)'),
        ('due_amount', 'cast(candidate.due_amount as string)'),
        ('billed_amount', 'cast(candidate.billed_amount as string)'),
        ('tax_day', 'cast(candidate.tax_day as string)'),
        ('wrong_treatment', 'candidate.wrong_treatment'),
    ]) }} as evidence,
    'tax_treatment' as root_cause_type,
    candidate.wrong_treatment as root_cause_key,
    candidate.period_start,
    candidate.period_end,
    abs(candidate.difference_amount) as amount,
    candidate.currency_code,
    false as is_estimate
from candidate
left join {{ ref('dim_billing_account') }} as account
    on candidate.billing_account_id = account.billing_account_id
