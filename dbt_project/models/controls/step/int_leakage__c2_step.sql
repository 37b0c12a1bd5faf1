-- The arithmetic of C2: received against applied. Grain: receipt, or payment without receipt.

with

candidate as (
    {{ owned_candidates('c2') }}
)

select
    control_id,
    direction,
    {{ c2_subject('candidate') }} as subject_key,
    {{ month_start('booking_date') }} as period_start,
    currency_code,
    claim_key as step_key,
    case direction
        when 'over' then 'received_amount - applied_amount' else 'applied_amount - received_amount'
    end as formula,
    {{ json_object_text([
        ('received_amount', 'cast(received_amount as string)'),
        ('applied_amount', 'cast(applied_amount as string)'),
    ]) }} as factors,
    {{ json_object_text_without_nulls([
        ('bank.statement_entry', 'bank_entry_id'),
        ('billing.payment', 'payment_id'),
        ('billing.invoice', 'invoice_id'),
    ]) }} as source_records,
    cast(difference_amount as decimal(18, 6)) as amount
from candidate
