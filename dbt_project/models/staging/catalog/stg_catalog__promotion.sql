-- One row per promotion in the latest counted load.

with

promotion as (
    {{ current_rows('catalog', 'promotion') }}
)

select
    id as promotion_id,
    {{ payload_text('$.name') }} as promotion_name,
    {{ payload_text('$.lifecycleStatus') }} as lifecycle_status,
    {{ payload_text('$.pattern[0].action[0].actionType') }} as action_type,
    {{ payload_value('$.pattern[0].action[0].actionValue', 'decimal(18,4)') }} as action_value,
    {{ payload_value('$.pattern[0].action[0].maximumAmount.value', 'decimal(18,2)') }} as maximum_amount,
    {{ payload_value('$.effectiveDuration.amount', 'bigint') }} as duration_amount,
    {{ payload_value('$.isCombinable', 'boolean') }} as is_combinable,
    {{ payload_timestamp('$.validFor.startDateTime') }} as valid_from,
    {{ payload_timestamp('$.validFor.endDateTime') }} as valid_to,
    {{ load_metadata() }}
from promotion
