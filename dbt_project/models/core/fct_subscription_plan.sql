-- Which offering a subscription was billed under, and when: billing's plan intervals, cut to the subscription's own.

with

plan as (

    select * from {{ ref('stg_billing__subscription_plan') }}

),

subscription as (

    select * from {{ ref('dim_subscription') }}

),

offering as (

    select
        product_offering_id,
        billing_code
    from {{ ref('dim_product_offering') }}

),

cut as (

    select
        plan.subscription_plan_id,
        plan.subscription_id,
        plan.offering_code,
        greatest(plan.valid_from, subscription.valid_from) as valid_from,
        least(coalesce(plan.valid_to, {{ open_end() }}), subscription.valid_to) as valid_to
    from plan
    inner join subscription
        on plan.subscription_id = subscription.subscription_id_billing

)

select
    cut.subscription_plan_id,
    subscription.subscription_id_billing,
    subscription.billing_account_id,
    subscription.customer_id,
    subscription.service_id,
    offering.product_offering_id,
    cut.offering_code as billing_code,
    cut.valid_from,
    cut.valid_to
from cut
inner join subscription
    on cut.subscription_id = subscription.subscription_id_billing
left join offering
    on cut.offering_code = offering.billing_code
where cut.valid_from < cut.valid_to
