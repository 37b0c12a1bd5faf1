-- One row per promotion of the catalogue, with its kind in our words.

with

promotion as (
    select * from {{ ref('stg_catalog__promotion') }}
)

select
    promotion_id,
    promotion_name,
    case {{ code_key('action_type') }}
        when 'percentagediscount' then 'percentage'
        when 'amountdiscount' then 'amount'
    end as kind,
    cast(action_value as decimal(18, 4)) as promised_value,
    cast(maximum_amount as decimal(18, 2)) as cap_amount,
    cast(duration_amount as integer) as duration_months,
    coalesce(is_combinable, true) as is_combinable,
    valid_from,
    valid_to
from promotion
