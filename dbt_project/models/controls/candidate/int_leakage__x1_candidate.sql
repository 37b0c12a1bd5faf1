-- X1: what carriers and the operator invoiced one another for calls, where it is not what our own counts and the agreed rates give. Grain:
-- carrier, direction, destination, month and currency. All lines about the calls of a month count together, credits of later invoices too.

with

due as (
    select
        partner_id,
        direction,
        destination,
        traffic_month,
        max(currency_code) as currency_code,
        min(case when is_priced then 1 else 0 end) = 1 and count(distinct currency_code) = 1 as is_priced,
        sum(calls) as calls,
        sum(seconds) as seconds,
        sum(due_amount) as due_amount
    from {{ ref('int_interconnect__due') }}
    group by partner_id, direction, destination, traffic_month
),

charged as (
    select
        partner_id,
        direction,
        destination,
        {{ month_start('period_start') }} as traffic_month,
        currency_code,
        sum(minutes) as invoiced_minutes,
        sum(amount) as invoiced_amount,
        count(*) as invoice_lines
    from {{ ref('fct_interconnect_charge') }}
    group by partner_id, direction, destination, {{ month_start('period_start') }}, currency_code
),

-- Months of which a carrier's invoice, or ours to it, is there.
invoiced as (
    select distinct partner_id, direction, traffic_month from charged
),

-- Which days our own counts cover.
covered as (
    select direction, min(traffic_date) as first_date, max(traffic_date) as last_date
    from {{ ref('fct_interconnect_traffic') }}
    group by direction
),

allowance as (
    select
        {{ control_parameter('X1', 'tolerance_percent', 'decimal(9, 4)') }} as tolerance_percent,
        {{ control_parameter('X1', 'tolerance_seconds_per_call', 'decimal(9, 4)') }} as tolerance_seconds,
        {{ control_parameter('X1', 'days_to_invoice', 'integer') }} as days_to_invoice,
        {{ control_parameter('X1', 'rounding_tolerance', 'decimal(18, 2)') }} as rounding_tolerance
),

compared as (
    select
        coalesce(due.partner_id, charged.partner_id) as partner_id,
        coalesce(due.direction, charged.direction) as direction,
        coalesce(due.destination, charged.destination) as destination,
        coalesce(due.traffic_month, charged.traffic_month) as traffic_month,
        coalesce(charged.currency_code, due.currency_code) as currency_code,
        coalesce(due.is_priced and due.currency_code = coalesce(charged.currency_code, due.currency_code), true)
            as is_comparable,
        coalesce(due.calls, 0) as calls,
        coalesce(due.seconds, 0) as seconds,
        coalesce(due.due_amount, cast(0 as decimal(18, 6))) as due_amount,
        coalesce(charged.invoiced_minutes, cast(0 as decimal(18, 2))) as invoiced_minutes,
        coalesce(charged.invoiced_amount, cast(0 as decimal(18, 2))) as invoiced_amount,
        coalesce(charged.invoice_lines, 0) as invoice_lines
    from due
    full outer join charged
        on due.partner_id = charged.partner_id
        and due.direction = charged.direction
        and due.destination = charged.destination
        and due.traffic_month = charged.traffic_month
),

judged as (
    select
        compared.*,
        compared.invoiced_amount - compared.due_amount as difference_amount
    from compared
    inner join covered
        on compared.direction = covered.direction
        and compared.traffic_month >= covered.first_date
        and {{ next_month_start('compared.traffic_month') }} <= {{ dbt.dateadd('day', 1, 'covered.last_date') }}
    left join invoiced
        on compared.partner_id = invoiced.partner_id
        and compared.direction = invoiced.direction
        and compared.traffic_month = invoiced.traffic_month
    cross join allowance
    cross join {{ ref('int_control__data_day') }} as today
    where
        compared.is_comparable
        -- A carrier that has not invoiced, or left something out, may still do so; what we forget is lost.
        and case
            when compared.invoice_lines > 0 then true
            when compared.direction = 'outgoing' then false
            else
                invoiced.partner_id is not null
                or {{ dbt.datediff(next_month_start('compared.traffic_month'), 'today.data_day', 'day') }}
                >= allowance.days_to_invoice
        end
        -- Each line of an invoice is rounded by itself.
        and abs(compared.invoiced_amount - compared.due_amount)
        >= allowance.rounding_tolerance * greatest(compared.invoice_lines, 1)
        -- Two switches never count alike: a share of all, and a part of each call, at the average rate.
        and abs(compared.invoiced_amount - compared.due_amount)
        > compared.due_amount
        * (
            allowance.tolerance_percent / 100
            + coalesce(allowance.tolerance_seconds * compared.calls / nullif(compared.seconds, 0), 0)
        )
)

select
    'X1' as control_id,
    concat_ws(':', 'settlement', partner_id, direction, destination, cast(traffic_month as string), currency_code)
        as claim_key,
    {{ x1_settlement() }} as settlement,
    case when (direction = 'outgoing') = (difference_amount > 0) then 'under' else 'over' end as leak_direction,
    partner_id,
    direction as traffic_direction,
    destination,
    traffic_month,
    currency_code,
    calls,
    cast(seconds / 60 as decimal(18, 2)) as own_minutes,
    invoiced_minutes,
    invoice_lines,
    cast(round(due_amount, 2) as decimal(18, 2)) as due_amount,
    invoiced_amount,
    -- What the minutes make, at the agreed rate; the rest is the rate's.
    cast(
        round((invoiced_minutes - seconds / 60) * coalesce(due_amount * 60 / nullif(seconds, 0), 0), 2) as decimal(18, 2)
    ) as minutes_difference_amount,
    cast(round(abs(difference_amount), 2) as decimal(18, 2)) as settled_wrong_amount
from judged
where round(abs(difference_amount), 2) > 0
