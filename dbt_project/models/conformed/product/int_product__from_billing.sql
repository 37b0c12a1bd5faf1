-- Billing's subscriptions as products in canonical columns, with the offering of their latest plan.
-- Grain: one row per subscription. product_reference is the product number in one of the CRMs, as billing holds it.

{{ config(materialized='view') }}

with

subscription as (

    select * from {{ ref('stg_billing__subscription') }}

),

latest_plan as (

    select
        subscription_id,
        offering_code,
        row_number() over (
            partition by subscription_id
            order by valid_from desc nulls last, subscription_plan_id desc nulls last
        ) as plan_rank
    from {{ ref('stg_billing__subscription_plan') }}

)

select
    {{ record_id('billing', 'subscription', 'subscription.subscription_id') }} as record_id,
    'billing' as system,
    'subscription' as entity,
    subscription.subscription_id as source_key,
    {{ record_id('billing', 'account', 'subscription.account_id') }} as customer_record_id,
    {{ record_id('billing', 'account', 'subscription.account_id') }} as account_record_id,
    subscription.product_id_source as product_reference,
    latest_plan.offering_code as offering_reference,
    cast(null as string) as product_name,
    subscription.status as status_code,
    subscription.bill_start_at as known_since_at,
    subscription.bill_start_at as started_at,
    subscription.bill_end_at as terminated_at,
    subscription.updated_at as changed_at
from subscription
left join latest_plan
    on subscription.subscription_id = latest_plan.subscription_id
    and latest_plan.plan_rank = 1
