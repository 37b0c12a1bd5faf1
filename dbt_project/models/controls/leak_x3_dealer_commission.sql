-- X3: dealers were paid more for a sale than the contract, the order and the cease allow. Grain: dealer, order and currency.

with

candidate as (
    {{ owned_candidates('x3') }}
)

select
    'X3' as control_id,
    'under' as direction,
    customer_id,
    cast(null as string) as billing_account_id,
    service_id,
    {{ x3_subject('candidate') }} as subject_key,
    {{ json_object_text_without_nulls([
        ('partners.sale', "partner_id || '/' || product_order_id"),
        ('partners.commission_line', 'commission_line_id'),
        ('partners.partner', 'partner_id'),
        ('orders.product_order', 'case when has_order then product_order_id end'),
    ]) }} as source_keys,
    {{ json_object_text_without_nulls([
        ('reason', 'reason'),
        ('paid_amount', 'cast(paid_amount as string)'),
        ('agreed_amount', 'cast(agreed_amount as string)'),
        ('clawback_amount', 'cast(clawback_amount as string)'),
        ('statement_lines', 'cast(statement_lines as string)'),
        ('order_state', 'order_state'),
        ('activated_date', 'cast(activated_date as string)'),
        ('ceased_date', 'cast(ceased_date as string)'),
    ]) }} as evidence,
    'partner' as root_cause_type,
    partner_id as root_cause_key,
    {{ month_start('found_date') }} as period_start,
    {{ next_month_start('found_date') }} as period_end,
    overpaid_amount as amount,
    currency_code,
    false as is_estimate
from candidate
