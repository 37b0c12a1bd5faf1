-- One row per discount that billing applies to a subscription.

with

discount as (
    select * from {{ ref('stg_billing__discount') }}
)

select
    discount.discount_id,
    discount.subscription_id as subscription_id_billing,
    kind.canonical_value as kind,
    discount.promotion_code as promotion_id,
    cast(discount.cap_amount as decimal(18, 2)) as cap_amount,
    discount.reason,
    discount.authorised_by,
    cast(discount.value as decimal(18, 4)) as discount_value,
    discount.valid_from,
    discount.valid_to
from discount
{{ join_vocabulary('discount_kind', 'billing', 'discount.kind', 'kind') }}
