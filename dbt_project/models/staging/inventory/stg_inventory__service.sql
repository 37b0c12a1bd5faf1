-- One row per service in the latest counted load.

with

service as (
    {{ current_rows('inventory', 'service') }}
)

select
    id as service_id_inventory,
    {{ payload_text('$.name') }} as service_name,
    {{ payload_text('$.serviceType') }} as service_type,
    {{ payload_text('$.category') }} as category,
    {{ payload_text('$.state') }} as state,
    {{ payload_timestamp('$.startDate') }} as started_at,
    {{ payload_timestamp('$.endDate') }} as ended_at,
    {{ payload_json('$.serviceCharacteristic') }} as service_characteristic,
    {{ payload_json('$.supportingResource') }} as supporting_resource,
    {{ payload_json('$.relatedParty') }} as related_party,
    {{ load_metadata() }}
from service
