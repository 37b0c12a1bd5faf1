-- One row per product offering in the latest counted load.

with

product_offering as (
    {{ current_rows('catalog', 'product_offering') }}
)

select
    id as product_offering_id,
    {{ payload_text('$.name') }} as offering_name,
    {{ payload_text('$.lifecycleStatus') }} as lifecycle_status,
    {{ payload_timestamp('$.validFor.startDateTime') }} as valid_from,
    {{ payload_timestamp('$.validFor.endDateTime') }} as valid_to,
    {{ payload_text('$.category[0].name') }} as category,
    {{ payload_text('$.serviceCandidate.name') }} as service_specification,
    {{ payload_json('$.prodSpecCharValueUse') }} as characteristic,
    {{ payload_json('$.productOfferingPrice') }} as product_offering_price,
    {{ load_metadata() }}
from product_offering
