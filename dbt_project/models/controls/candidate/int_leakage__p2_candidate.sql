-- P2: offerings whose calls to a destination cost more in a month than they sell for by the catalogue. Grain: offering, carrier, destination, month and
-- currency. Months that every bill cycle has charged; a month in which a call has no agreed rate, or several, can't be told.

with

cell as (
    select
        product_offering_id,
        partner_id,
        destination,
        call_month,
        currency_code,
        min(case when is_costed then 1 else 0 end) = 1 as is_costed,
        count(*) as calls,
        sum(seconds) as seconds,
        sum(charged_steps) as charged_steps,
        max(product_offering_price_id) as product_offering_price_id,
        max(interconnect_rate_id) as interconnect_rate_id,
        max(rate_per_minute) as highest_rate,
        sum(list_amount) as list_amount,
        sum(cost_amount) as cost_amount
    from {{ ref('int_call__margin') }}
    group by product_offering_id, partner_id, destination, call_month, currency_code
),

cycle as (
    select bill_cycle, max(period_end) as charged_to
    from {{ ref('fct_bill_run') }}
    where status = 'completed'
    group by bill_cycle
),

charged as (
    select min(charged_to) as charged_to from cycle
)

select
    'P2' as control_id,
    concat_ws(
        ':', 'offering_month', cell.product_offering_id, cell.partner_id, cell.destination, cast(cell.call_month as string),
        cell.currency_code
    ) as claim_key,
    cell.product_offering_id || '/' || cell.destination as offering_destination,
    cell.product_offering_id,
    cell.partner_id,
    cell.destination,
    cell.call_month,
    cell.currency_code,
    cell.calls,
    cell.seconds,
    cell.charged_steps,
    cell.product_offering_price_id,
    cell.interconnect_rate_id,
    cell.highest_rate,
    cell.list_amount,
    cell.cost_amount,
    cast(round(cell.cost_amount - cell.list_amount, 2) as decimal(18, 2)) as lost_amount
from cell
cross join charged
where
    cell.is_costed
    and {{ next_month_start('cell.call_month') }} <= charged.charged_to
    and cell.cost_amount - cell.list_amount >= {{ control_parameter('P2', 'min_loss', 'decimal(18, 2)') }}
