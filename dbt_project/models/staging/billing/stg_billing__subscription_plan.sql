-- One row per subscription plan in the latest counted load.

with

subscription_plan as (
    {{ current_rows('billing', 'subscription_plan') }}
)

select
    subscription_plan_id,
    subscription_id,
    offering_code,
    cast(valid_from as timestamp) as valid_from,
    cast(valid_to as timestamp) as valid_to,
    {{ load_metadata() }}
from subscription_plan
