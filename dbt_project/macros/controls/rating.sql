{#-
    Whole steps of some units, rounded up. Division in double precision is exact wherever the units are a multiple of
    the unit size, and quantities stay far below 2^52, so that rounding up can't add a step.
-#}
{% macro whole_steps(units, unit_size) -%}
    cast(ceil(cast({{ units }} as double) / nullif({{ unit_size }}, 0)) as bigint)
{%- endmacro %}

{#- What an allowance of some units grants for the days that are left of a bill month: whole units, rounded down. -#}
{% macro granted_units(units, days, month_days) -%}
    cast(floor(cast({{ units }} * {{ days }} as double) / nullif({{ month_days }}, 0)) as bigint)
{%- endmacro %}

{#-
    The expected charge of usage events by the catalogue alone: a select, to be a model's or a CTE's body. One row per
    event, with the columns carried and
        product_offering_price_id, unit_price  the price at the start of the event
        allowance_price_id the allowance that such usage draws on
        charge_units       units after rounding, before the allowance
        allowance_units    of these, what the allowance covers
        charged_steps      what is left, in steps
        expected_amount    net, decimal(18, 6); null where it can't be priced
        unpriced_reason    why not: no_plan, no_price, gap (prices, but none at that time), overlap (more than one)
    A use is rounded up to whole steps, and costs at least the price's minimum. One that crosses into another price is
    charged by its start, or, where the tariff says split and time is what is measured, by the units under each price,
    each rounded. Allowances cover the first units of a use, in the order of starts (ties: the given order) of all uses
    that one run charges. Everything is joined by day, and the running total is taken over events with an allowance
    only, so that it stays one pass over the events.
      events   relation: event_key, product_offering_id, usage_type, zone, currency_code, quantity, started_at,
               tie_break (orders equal starts), bill_run_id, product_holder, account_holder (who holds an allowance that is
               the product's own, or shared by the account)
      grants   relation: product_offering_price_id, holder, bill_run_id, granted_units
      carried  further columns of events
-#}
{% macro re_rated(events, grants, carried=[]) -%}
    {%- set cell = ['product_offering_id', 'usage_type', 'zone', 'currency_code'] -%}
    {%- set keys = ['event_key', 'usage_type', 'zone', 'currency_code', 'product_offering_id', 'bill_run_id', 'quantity', 'started_at'] -%}
    with

    known_cell as (
        select distinct {{ cell | join(', ') }}
        from {{ ref('int_tariff__price_day') }}
    ),

    priced as (
        select
            event.*,
            coalesce(zone.is_free_by_rule, false) as is_free,
            day.product_offering_price_id,
            day.unit_size,
            day.minimum_units,
            day.price_amount as unit_price,
            day.allowance_price_id,
            case when day.is_shared then event.account_holder else event.product_holder end as allowance_holder,
            case
                when coalesce(zone.is_free_by_rule, false) then null
                when event.product_offering_id is null then 'no_plan'
                when day.valid_prices > 1 then 'overlap'
                when day.valid_prices = 1 then null
                when known_cell.product_offering_id is null then 'no_price'
                else 'gap'
            end as start_reason,
            coalesce(
                day.is_split
                and day.valid_prices = 1
                and {{ dbt.dateadd('second', 'event.quantity', 'event.started_at') }} > day.to_at,
                false
            ) as may_cross
        from {{ events }} as event
        left join {{ ref('usage_zone') }} as zone
            on event.zone = zone.zone
        left join {{ ref('int_tariff__price_day') }} as day
            on cast(event.started_at as date) = day.event_date
            {%- for column in cell %}
            and event.{{ column }} = day.{{ column }}
            {%- endfor %}
            and event.started_at >= day.from_at
            and event.started_at < day.to_at
        left join known_cell
            {%- for column in cell %}
            {{ 'on' if loop.first else 'and' }} event.{{ column }} = known_cell.{{ column }}
            {%- endfor %}
    ),

    -- uses that run on under another price or day: few
    crossing as (
        select
            priced.event_key,
            day.product_offering_price_id,
            max(day.valid_prices) as valid_prices,
            max(day.unit_size) as unit_size,
            max(day.price_amount) as unit_price,
            min(greatest(day.from_at, priced.started_at)) as part_from,
            max(case when day.from_at <= priced.started_at then priced.minimum_units end) as minimum_units,
            sum({{ dbt.datediff(
                'greatest(day.from_at, priced.started_at)',
                'least(day.to_at, ' ~ dbt.dateadd('second', 'priced.quantity', 'priced.started_at') ~ ')',
                'second'
            ) }}) as seconds,
            max(priced.quantity) as quantity
        from priced
        inner join {{ ref('int_tariff__price_day') }} as day
            on day.event_date >= cast(priced.started_at as date)
            and day.event_date <= cast({{ dbt.dateadd('second', 'priced.quantity', 'priced.started_at') }} as date)
            {%- for column in cell %}
            and priced.{{ column }} = day.{{ column }}
            {%- endfor %}
            and day.from_at < {{ dbt.dateadd('second', 'priced.quantity', 'priced.started_at') }}
            and day.to_at > priced.started_at
        where priced.may_cross and not priced.is_free
        group by priced.event_key, day.product_offering_price_id
    ),

    part as (
        select
            *,
            greatest({{ whole_steps('seconds', 'unit_size') }} * unit_size, coalesce(minimum_units, 0)) as part_units
        from crossing
    ),

    numbered as (
        select
            *,
            sum(part_units) over (
                partition by event_key
                order by part_from nulls last
                rows between unbounded preceding and current row
            ) - part_units as units_before
        from part
    ),

    crossed as (
        select
            event_key,
            cast(sum(part_units) as bigint) as charge_units,
            case
                when max(valid_prices) > 1 then 'overlap'
                when sum(seconds) < max(quantity) then 'gap'
            end as crossed_reason
        from part
        group by event_key
    ),

    rounded as (
        select
            priced.*,
            crossed.event_key is not null as is_crossing,
            coalesce(priced.start_reason, crossed.crossed_reason) as unpriced_reason,
            case
                when priced.is_free then 0
                when coalesce(priced.start_reason, crossed.crossed_reason) is null
                    then coalesce(
                        crossed.charge_units,
                        greatest(
                            {{ whole_steps('priced.quantity', 'priced.unit_size') }} * priced.unit_size, priced.minimum_units
                        )
                    )
            end as charge_units
        from priced
        left join crossed
            on priced.event_key = crossed.event_key
    ),

    drawing as (
        select
            rounded.*,
            grants.granted_units - (
                sum(rounded.charge_units) over (
                    partition by rounded.allowance_price_id, rounded.allowance_holder, rounded.bill_run_id
                    order by rounded.started_at nulls last, rounded.tie_break nulls last
                    rows between unbounded preceding and current row
                ) - rounded.charge_units
            ) as units_left
        from rounded
        inner join {{ grants }} as grants
            on rounded.allowance_price_id = grants.product_offering_price_id
            and rounded.allowance_holder = grants.holder
            and rounded.bill_run_id = grants.bill_run_id
        where rounded.unpriced_reason is null and not rounded.is_free
    ),

    covered as (
        select
            {%- for column in keys + carried %}
            {{ column }},
            {%- endfor %}
            product_offering_price_id, allowance_price_id, unit_size, unit_price, is_free, is_crossing, unpriced_reason,
            charge_units,
            cast(least(greatest(units_left, 0), charge_units) as bigint) as allowance_units
        from drawing
        union all
        select
            {%- for column in keys + carried %}
            rounded.{{ column }},
            {%- endfor %}
            rounded.product_offering_price_id, rounded.allowance_price_id, rounded.unit_size, rounded.unit_price,
            rounded.is_free, rounded.is_crossing, rounded.unpriced_reason, rounded.charge_units,
            cast(0 as bigint) as allowance_units
        from rounded
        left join {{ grants }} as grants
            on rounded.allowance_price_id = grants.product_offering_price_id
            and rounded.allowance_holder = grants.holder
            and rounded.bill_run_id = grants.bill_run_id
        where
            rounded.unpriced_reason is not null
            or rounded.is_free
            or rounded.allowance_price_id is null
            or grants.holder is null
    ),

    charged_part as (
        select
            numbered.event_key,
            numbered.unit_price,
            {{ whole_steps(
                'greatest(numbered.part_units - greatest(covered.allowance_units - numbered.units_before, 0), 0)',
                'numbered.unit_size'
            ) }} as steps
        from numbered
        inner join covered
            on numbered.event_key = covered.event_key
        where covered.is_crossing and covered.unpriced_reason is null
    ),

    charged as (
        select
            event_key,
            cast(sum(steps) as bigint) as steps,
            sum(steps * unit_price) as amount
        from charged_part
        group by event_key
    )

    select
        {%- for column in keys + carried %}
        covered.{{ column }},
        {%- endfor %}
        covered.product_offering_price_id,
        covered.allowance_price_id,
        covered.unit_size,
        covered.unit_price,
        covered.is_crossing,
        covered.charge_units,
        covered.allowance_units,
        case
            when covered.is_free then 0
            when covered.unpriced_reason is null
                then coalesce(
                    charged.steps, {{ whole_steps('covered.charge_units - covered.allowance_units', 'covered.unit_size') }}
                )
        end as charged_steps,
        cast(
            case
                when covered.is_free then 0
                when covered.unpriced_reason is null
                    then coalesce(
                        charged.amount,
                        {{ whole_steps('covered.charge_units - covered.allowance_units', 'covered.unit_size') }}
                        * covered.unit_price
                    )
            end as decimal(18, 6)
        ) as expected_amount,
        covered.unpriced_reason
    from covered
    left join charged
        on covered.event_key = charged.event_key
{%- endmacro %}
