-- C1: an unpaid invoice that dunning did not take as far as the policy says. Grain: invoice.
-- Amount: the arrears times the share of arrears of that age that is never paid; an expected loss, so an estimate.

with

candidate as (
    {{ owned_candidates('c1') }}
)

select
    'C1' as control_id,
    'under' as direction,
    candidate.customer_id,
    candidate.billing_account_id,
    cast(null as string) as service_id,
    concat_ws(':', 'billing.invoice', candidate.invoice_id) as subject_key,
    {{ json_object_text_without_nulls([
        ('billing.invoice', 'candidate.invoice_id'),
        ('billing.account', 'account.account_id_billing'),
    ]) }} as source_keys,
    {{ json_object_text([
        ('due_date', 'cast(candidate.due_date as string)'),
        ('overdue_days', 'candidate.overdue_days'),
        ('open_amount', 'cast(candidate.open_amount as string)'),
        ('due_level', 'candidate.due_level'),
        ('reached_level', 'candidate.reached_level'),
        ('roll_rate', 'cast(candidate.roll_rate as string)'),
    ]) }} as evidence,
    'dunning_level' as root_cause_type,
    candidate.due_level as root_cause_key,
    candidate.due_date as period_start,
    candidate.data_day as period_end,
    candidate.amount,
    candidate.currency_code,
    true as is_estimate
from candidate
left join {{ ref('dim_billing_account') }} as account
    on candidate.billing_account_id = account.billing_account_id
where candidate.amount > 0
