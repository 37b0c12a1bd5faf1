-- What each recurring line of a completed run should have charged for its own days. Grain: invoice_line_id.
-- Days outside every plan of the subscription are worth nothing. A line for which the catalogue has no price at all is left out.

with

line as (
    select *
    from {{ ref('int_subscription__charge_line') }}
    where line_type = 'recurring'
),

priced as (
    select
        line.invoice_line_id,
        min(price.monthly_cents) as lowest_monthly_cents,
        max(price.monthly_cents) as highest_monthly_cents,
        min(price.product_offering_price_id) as product_offering_price_id,
        sum({{ shared_days('line.line_period_start', 'line.line_period_end', 'price.from_day', 'price.to_day') }})
            as charged_days,
        sum(
            price.monthly_cents
            * {{ shared_days('line.line_period_start', 'line.line_period_end', 'price.from_day', 'price.to_day') }}
        ) as cent_days
    from line
    inner join {{ ref('int_bill__price_stretch') }} as price
        on line.subscription_id_billing = price.subscription_id_billing
        and line.currency_code = price.currency_code
        and line.line_period_start < price.to_day
        and line.line_period_end > price.from_day
    group by line.invoice_line_id
)

select
    line.invoice_line_id,
    line.subscription_id_billing,
    line.bill_run_id,
    line.billing_account_id,
    line.customer_id,
    line.service_id,
    line.product_offering_id,
    priced.product_offering_price_id,
    line.currency_code,
    line.amount as billed_amount,
    line.line_days,
    priced.charged_days,
    {{ from_cents('priced.lowest_monthly_cents') }} as lowest_monthly_price,
    {{ from_cents('priced.highest_monthly_cents') }} as highest_monthly_price,
    run.bill_month_days,
    -- What the days cost, times the days of the month: one number even where the price changes inside the line.
    {{ from_cents('priced.cent_days') }} as price_days,
    {{ from_cents(divide_half_up('cast(priced.cent_days as bigint)', 'run.bill_month_days')) }} as expected_amount,
    line.run_period_start as period_start,
    line.run_period_end as period_end
from line
inner join priced
    on line.invoice_line_id = priced.invoice_line_id
inner join {{ ref('fct_bill_run') }} as run
    on line.bill_run_id = run.bill_run_id
