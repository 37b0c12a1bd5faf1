-- X1: invoices between carriers and the operator that differ from our own counts at the agreed rates. Grain: carrier, direction, destination, month
-- and currency.

with

candidate as (
    {{ owned_candidates('x1') }}
),

line as (
    select
        partner_id,
        direction,
        destination,
        {{ month_start('period_start') }} as traffic_month,
        currency_code,
        max(interconnect_charge_id) as interconnect_charge_id
    from {{ ref('fct_interconnect_charge') }}
    group by partner_id, direction, destination, {{ month_start('period_start') }}, currency_code
)

select
    'X1' as control_id,
    candidate.leak_direction as direction,
    cast(null as string) as customer_id,
    cast(null as string) as billing_account_id,
    cast(null as string) as service_id,
    'partners.settlement:' || candidate.settlement as subject_key,
    {{ json_object_text_without_nulls([
        ('partners.settlement', 'candidate.settlement'),
        ('partners.interconnect_invoice_line', 'line.interconnect_charge_id'),
        ('partners.partner', 'candidate.partner_id'),
    ]) }} as source_keys,
    {{ json_object_text([
        ('own_minutes', 'cast(candidate.own_minutes as string)'),
        ('invoiced_minutes', 'cast(candidate.invoiced_minutes as string)'),
        ('due_amount', 'cast(candidate.due_amount as string)'),
        ('invoiced_amount', 'cast(candidate.invoiced_amount as string)'),
        ('minutes_difference_amount', 'cast(candidate.minutes_difference_amount as string)'),
        ('calls', 'cast(candidate.calls as string)'),
        ('invoice_lines', 'cast(candidate.invoice_lines as string)'),
    ]) }} as evidence,
    'partner' as root_cause_type,
    candidate.partner_id as root_cause_key,
    candidate.traffic_month as period_start,
    {{ next_month_start('candidate.traffic_month') }} as period_end,
    candidate.settled_wrong_amount as amount,
    candidate.currency_code,
    false as is_estimate
from candidate
left join line
    on candidate.partner_id = line.partner_id
    and candidate.traffic_direction = line.direction
    and candidate.destination = line.destination
    and candidate.traffic_month = line.traffic_month
    and candidate.currency_code = line.currency_code
