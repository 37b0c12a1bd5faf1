-- The arithmetic of O4: a year's charge over a year's days, for the days stuck. Grain: order item.

with

candidate as (
    {{ owned_candidates('o4') }}
)

select
    control_id,
    'under' as direction,
    concat_ws(':', concat_ws('.', source_system, 'product'), product_id_source) as subject_key,
    promised_day as period_start,
    currency_code,
    claim_key as step_key,
    'round(monthly_price * 12 * stuck_days / 365, 2)' as formula,
    {{ json_object_text([
        ('monthly_price', 'cast(monthly_price as string)'),
        ('stuck_days', 'cast(stuck_days as string)'),
    ]) }} as factors,
    {{ json_object_text_without_nulls([
        ('orders.product_order', 'product_order_id'),
        ('crm.agreement', 'agreement_id'),
        ('catalog.product_offering_price', 'product_offering_price_id'),
    ]) }} as source_records,
    cast(amount as decimal(18, 6)) as amount
from candidate
