-- The arithmetic of R7: what is unpaid of the invoice, or what an empty one should have asked for. Grain: invoice.

with

candidate as (
    {{ owned_candidates('r7') }}
)

select
    control_id,
    'under' as direction,
    concat_ws(':', 'billing.invoice', invoice_id) as subject_key,
    period_start,
    currency_code,
    claim_key as step_key,
    case delivery_state
        when 'zero' then 'charges_amount + tax_amount - total_amount' else 'total_amount - paid_amount'
    end as formula,
    {{ json_object_text([
        ('charges_amount', 'cast(charges_amount as string)'),
        ('tax_amount', 'cast(charges_tax_amount as string)'),
        ('total_amount', 'cast(total_amount as string)'),
        ('paid_amount', 'cast(paid_amount as string)'),
    ]) }} as factors,
    {{ json_object_text_without_nulls([
        ('billing.invoice', 'invoice_id'),
        ('billing.invoice_delivery', 'invoice_delivery_id'),
    ]) }} as source_records,
    cast(amount as decimal(18, 6)) as amount
from candidate
