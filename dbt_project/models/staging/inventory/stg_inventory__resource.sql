-- One row per resource in the latest counted load. Version 4 of the API has one place, version 5 a list.

with

resource as (
    {{ current_rows('inventory', 'resource') }}
)

select
    id as resource_id_inventory,
    {{ payload_text('$.name') }} as resource_name,
    {{ payload_text("$['@type']") }} as resource_type,
    {{ payload_text('$.operationalState') }} as operational_state,
    {{ payload_text('$.administrativeState') }} as administrative_state,
    {{ payload_timestamp('$.startOperatingDate') }} as started_at,
    {{ payload_timestamp('$.endOperatingDate') }} as ended_at,
    {{ payload_text('$.place.id', '$.place[0].place.id', '$.place[0].id') }} as site_id,
    {{ payload_json('$.resourceCharacteristic') }} as resource_characteristic,
    {{ payload_json('$.resourceRelationship') }} as resource_relationship,
    {{ payload_json('$.relatedParty') }} as related_party,
    {{ load_metadata() }}
from resource
