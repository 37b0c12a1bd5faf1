-- One row per promotion: the terms under which discounts are granted.

with

promotion as (
    select * from {{ ref('int_promotion__from_catalog') }}
)

select
    promotion_id,
    promotion_name,
    kind,
    promised_value,
    cap_amount,
    duration_months,
    is_combinable,
    coalesce(valid_from, {{ open_start() }}) as valid_from,
    coalesce(valid_to, {{ open_end() }}) as valid_to
from promotion
