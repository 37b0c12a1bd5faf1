-- What a subscription costs a month, and from which day to which. Grain: subscription_id_billing, from_day.
-- Plans are billing's; prices those that were agreed with the customer, else the catalogue's: never billing's own rate. Days are local and
-- half-open: the day on which a plan begins is charged, the day on which it ends is not. An offering without a catalogue price gives no row.

with

plan as (
    select
        subscription_id_billing,
        product_offering_id,
        {{ local_date('valid_from') }} as plan_from,
        {{ local_date('valid_to') }} as plan_to
    from {{ ref('fct_subscription_plan') }}
),

catalogue as (
    select
        product_offering_price_id,
        product_offering_id,
        currency_code,
        price_amount,
        {{ local_date('valid_from') }} as price_from,
        {{ local_date('valid_to') }} as price_to
    from {{ ref('dim_product_offering_price') }}
    where price_type = 'recurring'
),

listed as (
    select
        plan.subscription_id_billing,
        plan.product_offering_id,
        catalogue.product_offering_price_id,
        catalogue.currency_code,
        greatest(plan.plan_from, catalogue.price_from) as from_day,
        least(plan.plan_to, catalogue.price_to) as to_day,
        {{ in_cents('catalogue.price_amount') }} as listed_cents
    from plan
    inner join catalogue
        on plan.product_offering_id = catalogue.product_offering_id
        and plan.plan_from < catalogue.price_to
        and plan.plan_to > catalogue.price_from
    where plan.plan_from < plan.plan_to
),

{{ agreed_price_ctes('listed', ref('int_bill__agreed_price'), 'subscription_id_billing', ['product_offering_price_id']) }}

select
    priced.subscription_id_billing,
    subscription.billing_account_id,
    subscription.customer_id,
    subscription.service_id,
    subscription.product_id,
    subscription.bill_cycle,
    priced.product_offering_id,
    priced.product_offering_price_id,
    priced.agreement_id,
    priced.currency_code,
    priced.from_day,
    priced.to_day,
    priced.monthly_cents,
    priced.listed_cents
from priced
inner join {{ ref('dim_subscription') }} as subscription
    on priced.subscription_id_billing = subscription.subscription_id_billing
