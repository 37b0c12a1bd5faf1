-- C2: what the bank received and what billing applied differ. Grain: receipt, or payment without receipt.

with

candidate as (
    {{ owned_candidates('c2') }}
)

select
    'C2' as control_id,
    candidate.direction,
    candidate.customer_id,
    candidate.billing_account_id,
    cast(null as string) as service_id,
    {{ c2_subject('candidate') }} as subject_key,
    {{ json_object_text_without_nulls([
        ('bank.transaction', 'candidate.bank_reference'),
        ('bank.statement_entry', 'candidate.bank_entry_id'),
        ('billing.payment', 'candidate.payment_id'),
        ('billing.invoice', 'candidate.invoice_id'),
        ('billing.account', 'account.account_id_billing'),
    ]) }} as source_keys,
    {{ json_object_text([
        ('received_amount', 'cast(candidate.received_amount as string)'),
        ('applied_amount', 'cast(candidate.applied_amount as string)'),
        ('payments_applied', 'candidate.payments'),
        ('booking_date', 'cast(candidate.booking_date as string)'),
    ]) }} as evidence,
    'payment_method' as root_cause_type,
    candidate.payment_method as root_cause_key,
    {{ month_start('candidate.booking_date') }} as period_start,
    {{ next_month_start('candidate.booking_date') }} as period_end,
    cast(round(candidate.difference_amount, 2) as decimal(18, 2)) as amount,
    candidate.currency_code,
    false as is_estimate
from candidate
left join {{ ref('dim_billing_account') }} as account
    on candidate.billing_account_id = account.billing_account_id
