-- Billing's plan intervals of subscriptions in canonical columns. Grain: one row per plan interval.

{{ config(materialized='view') }}

with

plan as (

    select * from {{ ref('stg_billing__subscription_plan') }}

)

select
    subscription_plan_id,
    subscription_id as subscription_id_billing,
    offering_code as billing_code,
    valid_from,
    coalesce(valid_to, {{ open_end() }}) as valid_to
from plan
