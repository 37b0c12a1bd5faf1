-- The arithmetic of R4: what a line took off less what its days are entitled to. Grain: invoice line.

with

candidate as (
    {{ owned_candidates('r4') }}
)

select
    control_id,
    'under' as direction,
    concat_ws(':', 'billing.subscription', subscription_id_billing) as subject_key,
    period_start,
    currency_code,
    claim_key as step_key,
    'billed_discount - round(entitled_days / month_days, 2)' as formula,
    {{ json_object_text([
        ('billed_discount', 'cast(billed_discount as string)'),
        ('entitled_days', 'cast(entitled_days as string)'),
        ('month_days', 'cast(bill_month_days as string)'),
    ]) }} as factors,
    {{ json_object_text_without_nulls([
        ('billing.invoice_line', 'invoice_line_id'),
        ('billing.discount', 'discount_id'),
        ('catalog.promotion', 'promotion_id'),
        ('billing.bill_run', 'bill_run_id'),
    ]) }} as source_records,
    cast(excess_amount as decimal(18, 6)) as amount
from candidate
