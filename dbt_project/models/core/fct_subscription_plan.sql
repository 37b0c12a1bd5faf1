-- Which offering a subscription was billed under, and when: billing's plan intervals, cut to the subscription's own.

with

plan as (

    select * from {{ ref('int_subscription_plan__from_billing') }}

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
        plan.subscription_id_billing,
        plan.billing_code,
        greatest(plan.valid_from, subscription.valid_from) as valid_from,
        least(plan.valid_to, subscription.valid_to) as valid_to
    from plan
    inner join subscription
        on plan.subscription_id_billing = subscription.subscription_id_billing

)

select
    cut.subscription_plan_id,
    subscription.subscription_id_billing,
    subscription.billing_account_id,
    subscription.customer_id,
    subscription.service_id,
    offering.product_offering_id,
    cut.billing_code,
    cut.valid_from,
    cut.valid_to
from cut
inner join subscription
    on cut.subscription_id_billing = subscription.subscription_id_billing
left join offering
    on cut.billing_code = offering.billing_code
where cut.valid_from < cut.valid_to
