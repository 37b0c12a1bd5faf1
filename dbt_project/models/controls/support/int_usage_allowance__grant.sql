-- Units that each allowance grants for each completed run. Grain: product_offering_price_id, holder, bill_run_id.
-- The holder is the subscription, or for a shared allowance the billing account, whose lines' grants are added up. The
-- whole allowance for a whole bill month; else the share of the days from the first day of the plan (or of the run's
-- own period, where that is cut short) to the end of the period, whole units, rounded down. A plan that ends takes
-- nothing back: usage that arrives after its end still draws on what it had; but a line that has left brings nothing
-- to a shared allowance. The first plan begins with the product, whatever day billing began on.

with

held as (
    select
        plan.subscription_id_billing,
        plan.billing_account_id,
        plan.product_offering_id,
        min({{ local_date(
            'case when plan.valid_from <= subscription.valid_from '
            ~ 'then least(plan.valid_from, coalesce(product.started_at, plan.valid_from)) else plan.valid_from end'
        ) }}) as first_day,
        max({{ local_date('plan.valid_to') }}) as end_day
    from {{ ref('fct_subscription_plan') }} as plan
    inner join {{ ref('dim_subscription') }} as subscription
        on plan.subscription_id_billing = subscription.subscription_id_billing
    left join {{ ref('dim_product') }} as product
        on subscription.product_id = product.product_id
    group by plan.subscription_id_billing, plan.billing_account_id, plan.product_offering_id
),

allowance as (
    select distinct product_offering_price_id, product_offering_id, granted_units, is_shared
    from {{ ref('dim_usage_allowance') }}
),

own as (
    select
        allowance.product_offering_price_id,
        allowance.is_shared,
        case when allowance.is_shared then held.billing_account_id else held.subscription_id_billing end as holder,
        run.bill_run_id,
        {{ granted_units(
            'allowance.granted_units',
            dbt.datediff('greatest(run.period_start, held.first_day)', 'run.period_end', 'day'),
            'run.bill_month_days'
        ) }} as granted_units
    from held
    inner join allowance
        on held.product_offering_id = allowance.product_offering_id
    inner join {{ ref('dim_billing_account') }} as account
        on held.billing_account_id = account.billing_account_id
    inner join {{ ref('fct_bill_run') }} as run
        on account.bill_cycle = run.bill_cycle
        and run.status = 'completed'
        and held.first_day < run.period_end
        and (not allowance.is_shared or held.end_day > run.period_start)
)

select
    product_offering_price_id,
    holder,
    bill_run_id,
    max(is_shared) as is_shared,
    cast(sum(granted_units) as bigint) as granted_units
from own
group by product_offering_price_id, holder, bill_run_id
