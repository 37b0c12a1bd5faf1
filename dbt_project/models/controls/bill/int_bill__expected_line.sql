-- The bill as it should be: what each completed run has to charge each subscription, recomputed. Grain: line_key.
-- From plans, catalogue prices, discounts and orders alone. Each line is pro rata by the days of the nominal bill month and
-- rounded half up to cents, as an invoice line is. Usage is re-rated elsewhere (R1, U3).

with

run as (
    select * from {{ ref('fct_bill_run') }} where status = 'completed'
),

price as (
    select * from {{ ref('int_bill__price_stretch') }}
),

charged as (
    select
        price.*,
        run.bill_run_id,
        run.period_start,
        run.period_end,
        run.bill_month_days,
        greatest(price.from_day, run.period_start) as line_from,
        least(price.to_day, run.period_end) as line_to
    from price
    inner join run
        on price.bill_cycle = run.bill_cycle
        and price.from_day < run.period_end
        and price.to_day > run.period_start
),

recurring as (
    select
        *,
        {{ dbt.datediff('line_from', 'line_to', 'day') }} as line_days
    from charged
),

reduced as (
    select
        charged.subscription_id_billing,
        charged.bill_run_id,
        charged.from_day,
        reduction.discount_id,
        min(greatest(reduction.from_day, charged.line_from)) as line_from,
        max(least(reduction.to_day, charged.line_to)) as line_to,
        sum({{ shared_days('reduction.from_day', 'reduction.to_day', 'charged.line_from', 'charged.line_to') }}) as line_days,
        sum(
            reduction.reduction_parts
            * {{ shared_days('reduction.from_day', 'reduction.to_day', 'charged.line_from', 'charged.line_to') }}
        ) as reduction_parts
    from charged
    inner join {{ ref('int_bill__discount_stretch') }} as reduction
        on charged.subscription_id_billing = reduction.subscription_id_billing
        and charged.from_day = reduction.stretch_from
        and reduction.from_day < charged.line_to
        and reduction.to_day > charged.line_from
    group by charged.subscription_id_billing, charged.bill_run_id, charged.from_day, reduction.discount_id
),

line as (
    select
        concat_ws(':', 'subscription_stretch', subscription_id_billing, bill_run_id, cast(line_from as string)) as line_key,
        'recurring' as line_type,
        subscription_id_billing,
        billing_account_id,
        customer_id,
        service_id,
        product_offering_id,
        product_offering_price_id,
        cast(null as string) as discount_id,
        cast(null as string) as order_item_id,
        bill_run_id,
        currency_code,
        line_from,
        line_to,
        cast(line_days as integer) as line_days,
        cast(bill_month_days as integer) as bill_month_days,
        {{ from_cents('monthly_cents') }} as monthly_price,
        {{ from_cents(divide_half_up('(monthly_cents * line_days)', 'bill_month_days')) }} as amount,
        period_start,
        period_end
    from recurring
    union all
    select
        concat_ws(
            ':', 'discount_stretch', reduced.discount_id, charged.bill_run_id, cast(reduced.line_from as string)
        ) as line_key,
        'discount' as line_type,
        charged.subscription_id_billing,
        charged.billing_account_id,
        charged.customer_id,
        charged.service_id,
        charged.product_offering_id,
        charged.product_offering_price_id,
        reduced.discount_id,
        cast(null as string) as order_item_id,
        charged.bill_run_id,
        charged.currency_code,
        reduced.line_from,
        reduced.line_to,
        cast(reduced.line_days as integer) as line_days,
        cast(charged.bill_month_days as integer) as bill_month_days,
        {{ from_cents('charged.monthly_cents') }} as monthly_price,
        {{ from_cents(divide_half_up(
            'cast(-reduced.reduction_parts as bigint)', '(charged.bill_month_days * ' ~ parts_of_a_cent() ~ ')'
        )) }} as amount,
        charged.period_start,
        charged.period_end
    from reduced
    inner join charged
        on reduced.subscription_id_billing = charged.subscription_id_billing
        and reduced.bill_run_id = charged.bill_run_id
        and reduced.from_day = charged.from_day
    union all
    select
        concat_ws(':', 'one_off', order_item_id, product_offering_price_id) as line_key,
        'one_off' as line_type,
        subscription_id_billing,
        billing_account_id,
        customer_id,
        service_id,
        cast(null as string) as product_offering_id,
        product_offering_price_id,
        cast(null as string) as discount_id,
        order_item_id,
        bill_run_id,
        currency_code,
        event_day as line_from,
        event_day as line_to,
        cast(null as integer) as line_days,
        cast(null as integer) as bill_month_days,
        cast(null as decimal(18, 2)) as monthly_price,
        fee_amount as amount,
        period_start,
        period_end
    from {{ ref('int_bill__fee_due') }}
)

select * from line
