-- One row per discount granted to one subscription for a period.

with

discount as (
    select * from {{ ref('int_discount__from_billing') }}
)

select
    discount_id,
    subscription_id_billing,
    kind,
    promotion_id,
    cap_amount,
    reason,
    authorised_by,
    discount_value,
    coalesce(valid_from, {{ open_start() }}) as valid_from,
    coalesce(valid_to, {{ open_end() }}) as valid_to
from discount
