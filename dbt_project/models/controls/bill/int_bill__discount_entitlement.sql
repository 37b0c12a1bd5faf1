-- Which discounts a subscription is entitled to, and from which day to which. Grain: discount_id.

with

discount as (
    select
        *,
        {{ local_date('valid_from') }} as from_day,
        {{ local_date('valid_to') }} as to_day
    from {{ ref('fct_discount') }}
)

select
    discount_id,
    subscription_id_billing,
    kind,
    discount_value as entitled_value,
    from_day as granted_day,
    from_day,
    to_day
from discount
where from_day < to_day
