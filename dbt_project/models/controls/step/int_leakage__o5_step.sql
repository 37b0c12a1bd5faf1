-- The arithmetic of O5: the difference of two monthly prices for the days of a line. Grain: invoice line and first wrong
-- day. The larger price stands first, so that what adds to the finding is positive.

with

candidate as (
    {{ owned_candidates('o5') }}
)

select
    control_id,
    case when difference_amount > 0 then 'under' else 'over' end as direction,
    concat_ws(':', 'billing.subscription', subscription_id_billing) as subject_key,
    period_start,
    currency_code,
    concat_ws(':', claim_key, cast(wrong_from as string)) as step_key,
    case
        when difference_amount > 0 then 'round((due_price - billed_price) * wrong_days / month_days, 2)'
        else 'round((billed_price - due_price) * wrong_days / month_days, 2)'
    end as formula,
    {{ json_object_text([
        ('due_price', 'cast(due_price as string)'),
        ('billed_price', 'cast(billed_price as string)'),
        ('wrong_days', 'cast(wrong_days as string)'),
        ('month_days', 'cast(bill_month_days as string)'),
    ]) }} as factors,
    {{ json_object_text_without_nulls([
        ('billing.invoice_line', 'invoice_line_id'),
        ('billing.bill_run', 'bill_run_id'),
        ('orders.product_order', 'product_order_id'),
        ('catalog.product_offering', 'due_offering_id'),
        ('catalog.product_offering.2', 'product_offering_id'),
        ('crm.agreement', 'due_agreement_id'),
        ('crm.agreement.2', 'billed_agreement_id'),
    ]) }} as source_records,
    cast(abs(difference_amount) as decimal(18, 6)) as amount
from candidate
