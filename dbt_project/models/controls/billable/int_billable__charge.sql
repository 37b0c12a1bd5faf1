-- What completed runs had to charge for products: monthly charges, entitled discounts, fees. Grain: charge_key.
-- Monthly charges are the catalogue's for the days of int_billable__product_stretch, each pro rata by the days of the nominal bill
-- month and rounded half up to cents, as an invoice line is. Discounts are what promotions and authority allow, on the same
-- days. Fees are those that go with completed orders.

with

stretch as (
    select * from {{ ref('int_billable__product_stretch') }}
),

run as (
    select * from {{ ref('fct_bill_run') }} where status = 'completed'
),

listed as (
    select
        plan.product_id,
        plan.product_offering_id,
        catalogue.product_offering_price_id,
        catalogue.currency_code,
        {{ in_cents('catalogue.price_amount') }} as listed_cents,
        greatest(plan.from_day, {{ local_date('catalogue.valid_from') }}) as from_day,
        least(plan.to_day, {{ local_date('catalogue.valid_to') }}) as to_day
    from {{ ref('int_billable__plan_stretch') }} as plan
    inner join {{ ref('dim_product_offering_price') }} as catalogue
        on plan.product_offering_id = catalogue.product_offering_id
        and catalogue.price_type = 'recurring'
        and plan.from_day < {{ local_date('catalogue.valid_to') }}
        and plan.to_day > {{ local_date('catalogue.valid_from') }}
),

{{ agreed_price_ctes('listed', ref('int_product__agreed_price'), 'product_id', ['product_offering_price_id']) }},

recurring as (
    select
        priced.product_id,
        priced.from_day,
        priced.product_offering_price_id,
        priced.currency_code,
        run.bill_run_id,
        max(stretch.billing_account_id) as billing_account_id,
        max(run.period_start) as period_start,
        max(run.bill_month_days) as bill_month_days,
        max(priced.monthly_cents) as monthly_cents,
        sum({{ shared_days(
            'greatest(stretch.from_day, priced.from_day)', 'least(stretch.to_day, priced.to_day)', 'run.period_start', 'run.period_end'
        ) }}) as charged_days
    from stretch
    inner join run
        on stretch.bill_cycle = run.bill_cycle
        and stretch.from_day < run.period_end
        and stretch.to_day > run.period_start
    inner join priced
        on stretch.product_id = priced.product_id
        and priced.from_day < least(stretch.to_day, run.period_end)
        and priced.to_day > greatest(stretch.from_day, run.period_start)
    group by
        priced.product_id, priced.from_day, priced.product_offering_price_id, priced.currency_code, run.bill_run_id
),

-- A discount is granted to a subscription; the days that count are those of the product that it belongs to.
discounted as (
    select
        reduction.discount_id,
        reduction.stretch_from,
        reduction.currency_code,
        run.bill_run_id,
        max(stretch.billing_account_id) as billing_account_id,
        max(run.period_start) as period_start,
        max(run.bill_month_days) as bill_month_days,
        sum(
            reduction.reduction_parts
            * {{ shared_days(
                'greatest(stretch.from_day, reduction.from_day)', 'least(stretch.to_day, reduction.to_day)', 'run.period_start',
                'run.period_end'
            ) }}
        ) as reduction_parts
    from {{ ref('int_bill__discount_stretch') }} as reduction
    inner join {{ ref('dim_subscription') }} as subscription
        on reduction.subscription_id_billing = subscription.subscription_id_billing
    inner join stretch
        on coalesce(subscription.service_id, subscription.product_id) = stretch.holding_key
        and reduction.from_day < stretch.to_day
        and reduction.to_day > stretch.from_day
    inner join run
        on stretch.bill_cycle = run.bill_cycle
        and greatest(stretch.from_day, reduction.from_day) < run.period_end
        and least(stretch.to_day, reduction.to_day) > run.period_start
    group by reduction.discount_id, reduction.stretch_from, reduction.currency_code, run.bill_run_id
)

select
    concat_ws(':', 'recurring', product_id, product_offering_price_id, cast(from_day as string), bill_run_id) as charge_key,
    'recurring' as component,
    billing_account_id,
    bill_run_id,
    {{ month_start('period_start') }} as month,
    currency_code,
    {{ from_cents(divide_half_up('(monthly_cents * charged_days)', 'bill_month_days')) }} as amount
from recurring
union all
select
    concat_ws(':', 'discount', discount_id, cast(stretch_from as string), bill_run_id) as charge_key,
    'discount' as component,
    billing_account_id,
    bill_run_id,
    {{ month_start('period_start') }} as month,
    currency_code,
    {{ from_cents(divide_half_up(
        'cast(-reduction_parts as bigint)', '(bill_month_days * ' ~ parts_of_a_cent() ~ ')'
    )) }} as amount
from discounted
union all
select
    concat_ws(':', 'fee', order_item_id, product_offering_price_id) as charge_key,
    'fee' as component,
    billing_account_id,
    bill_run_id,
    {{ month_start('period_start') }} as month,
    currency_code,
    fee_amount as amount
from {{ ref('int_bill__fee_due') }}
