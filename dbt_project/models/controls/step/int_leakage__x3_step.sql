-- The arithmetic of X3: paid, less what was agreed, plus what had to be taken back. Grain: dealer, order and currency.

with

candidate as (
    {{ owned_candidates('x3') }}
)

select
    control_id,
    'under' as direction,
    {{ x3_subject('candidate') }} as subject_key,
    {{ month_start('found_date') }} as period_start,
    currency_code,
    claim_key as step_key,
    case
        when clawback_amount = 0 then 'paid_amount - agreed_amount'
        when clawback_rule = 'full' then 'paid_amount - agreed_amount + agreed_amount'
        else 'paid_amount - agreed_amount + round(agreed_amount * days_left / clawback_days, 2)'
    end as formula,
    {{ json_object_text_without_nulls([
        ('paid_amount', 'cast(paid_amount as string)'),
        ('agreed_amount', 'cast(agreed_amount as string)'),
        ('days_left', "case when clawback_rule = 'pro_rata' then cast(days_left as string) end"),
        ('clawback_days', "case when clawback_rule = 'pro_rata' and clawback_amount > 0 then cast(clawback_days as string) end"),
    ]) }} as factors,
    {{ json_object_text_without_nulls([
        ('partners.commission_line', 'commission_line_id'),
        ('partners.commission_line.2', 'nullif(last_commission_line_id, commission_line_id)'),
        ('partners.commission_term', 'commission_term_id'),
        ('orders.product_order', 'case when has_order then product_order_id end'),
        ('orders.product_order.2', 'cease_order_id'),
    ]) }} as source_records,
    cast(overpaid_amount as decimal(18, 6)) as amount
from candidate
