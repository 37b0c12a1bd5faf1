-- The arithmetic of X1: every invoice line, and against it our own seconds at each agreed rate. Grain: invoice line; carrier, direction, destination,
-- month and rate. The signs are such that the steps of a finding sum to its amount.

with

candidate as (
    {{ owned_candidates('x1') }}
),

-- Too much of what others invoice is a loss, and so is too little of what we do; the other way round it is somebody else's.
signed as (
    select
        *,
        case when (traffic_direction = 'outgoing') = (leak_direction = 'under') then 1 else -1 end as invoice_sign
    from candidate
),

invoiced as (
    select
        signed.*,
        line.interconnect_charge_id,
        line.amount as line_amount
    from signed
    inner join {{ ref('fct_interconnect_charge') }} as line
        on signed.partner_id = line.partner_id
        and signed.traffic_direction = line.direction
        and signed.destination = line.destination
        and signed.traffic_month = {{ month_start('line.period_start') }}
        and signed.currency_code = line.currency_code
),

due as (
    select
        signed.*,
        stretch.interconnect_rate_id,
        stretch.seconds as stretch_seconds,
        stretch.rate_per_minute,
        stretch.due_amount as stretch_amount
    from signed
    inner join {{ ref('int_interconnect__due') }} as stretch
        on signed.partner_id = stretch.partner_id
        and signed.traffic_direction = stretch.direction
        and signed.destination = stretch.destination
        and signed.traffic_month = stretch.traffic_month
)

select
    control_id,
    leak_direction as direction,
    'partners.settlement:' || settlement as subject_key,
    traffic_month as period_start,
    currency_code,
    'invoice_line:' || interconnect_charge_id as step_key,
    case when invoice_sign > 0 then 'invoiced_amount' else '0 - invoiced_amount' end as formula,
    {{ json_object_text([('invoiced_amount', 'cast(line_amount as string)')]) }} as factors,
    {{ json_object_text([('partners.interconnect_invoice_line', 'interconnect_charge_id')]) }} as source_records,
    cast(invoice_sign * line_amount as decimal(18, 6)) as amount
from invoiced
union all
select
    control_id,
    leak_direction as direction,
    'partners.settlement:' || settlement as subject_key,
    traffic_month as period_start,
    currency_code,
    'rate:' || interconnect_rate_id as step_key,
    case
        when invoice_sign > 0 then '0 - own_seconds * rate_per_minute / 60' else 'own_seconds * rate_per_minute / 60'
    end as formula,
    {{ json_object_text([
        ('own_seconds', 'cast(stretch_seconds as string)'),
        ('rate_per_minute', 'cast(rate_per_minute as string)'),
    ]) }} as factors,
    {{ json_object_text([('partners.interconnect_rate', 'interconnect_rate_id')]) }} as source_records,
    cast(-invoice_sign * stretch_amount as decimal(18, 6)) as amount
from due
