-- P2: offerings that sell calls to a destination for less than the carrier takes. Grain: offering, carrier, destination, month and currency.

with

candidate as (
    {{ owned_candidates('p2') }}
)

select
    'P2' as control_id,
    'under' as direction,
    cast(null as string) as customer_id,
    cast(null as string) as billing_account_id,
    cast(null as string) as service_id,
    'catalog.offering_destination:' || offering_destination || '/' || partner_id as subject_key,
    {{ json_object_text([
        ('catalog.offering_destination', 'offering_destination'),
        ('catalog.product_offering', 'product_offering_id'),
        ('catalog.product_offering_price', 'product_offering_price_id'),
        ('partners.interconnect_rate', 'interconnect_rate_id'),
    ]) }} as source_keys,
    {{ json_object_text([
        ('calls', 'cast(calls as string)'),
        ('seconds', 'cast(seconds as string)'),
        ('cost_amount', 'cast(cost_amount as string)'),
        ('list_amount', 'cast(list_amount as string)'),
        ('highest_rate', 'cast(highest_rate as string)'),
        ('cost_per_minute', 'cast(cast(cost_amount * 60 / nullif(seconds, 0) as decimal(18, 6)) as string)'),
        ('list_price_per_minute', 'cast(cast(list_amount * 60 / nullif(seconds, 0) as decimal(18, 6)) as string)'),
    ]) }} as evidence,
    'interconnect_destination' as root_cause_type,
    partner_id || '/' || destination as root_cause_key,
    call_month as period_start,
    {{ next_month_start('call_month') }} as period_end,
    lost_amount as amount,
    currency_code,
    false as is_estimate
from candidate
where lost_amount > 0
