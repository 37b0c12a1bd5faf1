-- The arithmetic of P2: seconds at each agreed rate, less steps at each price of the list. Grain: offering, carrier, destination, month and rate;
-- the same and price.

with

candidate as (
    {{ owned_candidates('p2') }}
),

call as (
    select
        candidate.control_id,
        'catalog.offering_destination:' || candidate.offering_destination || '/' || candidate.partner_id as subject_key,
        candidate.call_month,
        candidate.currency_code,
        margin.interconnect_rate_id,
        margin.rate_per_minute,
        margin.seconds,
        margin.product_offering_price_id,
        margin.unit_price,
        margin.charged_steps,
        margin.list_amount,
        margin.cost_amount
    from candidate
    inner join {{ ref('int_call__margin') }} as margin
        on candidate.product_offering_id = margin.product_offering_id
        and candidate.partner_id = margin.partner_id
        and candidate.destination = margin.destination
        and candidate.call_month = margin.call_month
        and candidate.currency_code = margin.currency_code
),

cost as (
    select
        control_id,
        subject_key,
        call_month,
        currency_code,
        interconnect_rate_id,
        max(rate_per_minute) as rate_per_minute,
        sum(seconds) as seconds,
        sum(cost_amount) as cost_amount
    from call
    group by control_id, subject_key, call_month, currency_code, interconnect_rate_id
),

sold as (
    select
        control_id,
        subject_key,
        call_month,
        currency_code,
        product_offering_price_id,
        max(unit_price) as unit_price,
        sum(charged_steps) as charged_steps,
        sum(list_amount) as list_amount
    from call
    group by control_id, subject_key, call_month, currency_code, product_offering_price_id
)

select
    control_id,
    'under' as direction,
    subject_key,
    call_month as period_start,
    currency_code,
    'rate:' || interconnect_rate_id as step_key,
    'seconds * rate_per_minute / 60' as formula,
    {{ json_object_text([
        ('seconds', 'cast(seconds as string)'),
        ('rate_per_minute', 'cast(rate_per_minute as string)'),
    ]) }} as factors,
    {{ json_object_text([('partners.interconnect_rate', 'interconnect_rate_id')]) }} as source_records,
    cast(seconds * rate_per_minute / 60 as decimal(18, 6)) as amount
from cost
union all
select
    control_id,
    'under' as direction,
    subject_key,
    call_month as period_start,
    currency_code,
    'price:' || product_offering_price_id as step_key,
    '0 - charged_steps * unit_price' as formula,
    {{ json_object_text([
        ('charged_steps', 'cast(charged_steps as string)'),
        ('unit_price', 'cast(unit_price as string)'),
    ]) }} as factors,
    {{ json_object_text([('catalog.product_offering_price', 'product_offering_price_id')]) }} as source_records,
    cast(-list_amount as decimal(18, 6)) as amount
from sold
