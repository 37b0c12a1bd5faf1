-- One row per discount in the latest counted load.

with

discount as (
    {{ current_rows('billing', 'discount') }}
)

select
    discount_id,
    subscription_id,
    kind,
    value,
    {{ clean_text('promotion_code') }} as promotion_code,
    cap_amount,
    {{ clean_text('reason') }} as reason,
    {{ clean_text('authorised_by') }} as authorised_by,
    cast(valid_from as timestamp) as valid_from,
    cast(valid_to as timestamp) as valid_to,
    {{ load_metadata() }}
from discount
