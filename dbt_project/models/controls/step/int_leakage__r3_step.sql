-- The arithmetic of R3: each fee less what was waived. Grain: order item and price.

with

candidate as (
    {{ owned_candidates('r3') }}
)

select
    control_id,
    'under' as direction,
    concat_ws(':', 'billing.subscription', subscription_id_billing) as subject_key,
    period_start,
    currency_code,
    claim_key as step_key,
    'round(fee * (100 - waived_percent) / 100, 2)' as formula,
    {{ json_object_text([
        ('fee', 'cast(price_amount as string)'),
        ('waived_percent', 'cast(waived_percentage as string)'),
    ]) }} as factors,
    {{ json_object_text([
        ('billing.subscription', 'subscription_id_billing'),
        ('billing.bill_run', 'bill_run_id'),
        ('orders.product_order', 'product_order_id'),
        ('catalog.product_offering_price', 'product_offering_price_id'),
    ]) }} as source_records,
    cast(fee_amount as decimal(18, 6)) as amount
from candidate
