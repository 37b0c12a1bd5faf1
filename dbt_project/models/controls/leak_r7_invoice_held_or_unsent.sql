-- R7: an invoice that its reader never got, or that asks for nothing in spite of its charges. Grain: invoice.
-- Amount: what is unpaid of it; of an empty invoice its charges with their tax.

with

candidate as (
    {{ owned_candidates('r7') }}
)

select
    'R7' as control_id,
    'under' as direction,
    candidate.customer_id,
    candidate.billing_account_id,
    cast(null as string) as service_id,
    concat_ws(':', 'billing.invoice', candidate.invoice_id) as subject_key,
    {{ json_object_text_without_nulls([
        ('billing.invoice', 'candidate.invoice_id'),
        ('billing.invoice_delivery', 'candidate.invoice_delivery_id'),
        ('billing.account', 'account.account_id_billing'),
        ('billing.bill_run', 'candidate.bill_run_id'),
    ]) }} as source_keys,
    {{ json_object_text_without_nulls([
        ('delivery_state', 'candidate.delivery_state'),
        ('channel', 'candidate.channel'),
        ('reason', 'candidate.reason'),
        ('since', 'cast(candidate.since_day as string)'),
        ('days', 'cast(candidate.days_since as string)'),
        ('total_amount', 'cast(candidate.total_amount as string)'),
        ('paid_amount', 'cast(candidate.paid_amount as string)'),
        ('charges_with_tax', 'cast(candidate.charges_amount + candidate.charges_tax_amount as string)'),
    ]) }} as evidence,
    'delivery_state' as root_cause_type,
    concat_ws(' ', candidate.delivery_state, candidate.reason) as root_cause_key,
    candidate.period_start,
    candidate.period_end,
    candidate.amount,
    candidate.currency_code,
    false as is_estimate
from candidate
left join {{ ref('dim_billing_account') }} as account
    on candidate.billing_account_id = account.billing_account_id
