-- The arithmetic of C1: arrears times roll rate. Grain: invoice.

with

candidate as (
    {{ owned_candidates('c1') }}
)

select
    control_id,
    'under' as direction,
    concat_ws(':', 'billing.invoice', invoice_id) as subject_key,
    due_date as period_start,
    currency_code,
    claim_key as step_key,
    'round(open_amount * roll_rate, 2)' as formula,
    {{ json_object_text([
        ('open_amount', 'cast(open_amount as string)'),
        ('roll_rate', 'cast(roll_rate as string)'),
    ]) }} as factors,
    {{ json_object_text([('billing.invoice', 'invoice_id')]) }} as source_records,
    cast(amount as decimal(18, 6)) as amount
from candidate
