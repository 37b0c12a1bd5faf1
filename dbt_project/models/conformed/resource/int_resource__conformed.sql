-- Resource records of all systems in canonical columns, with the keys by which their spellings meet. Grain: record_id.

with

record as (
    {{ conformed_records('resource', [
        'record_id', 'system', 'entity', 'source_key', 'site_record_id', 'parent_record_id', 'resource_name',
        'alternative_name', 'cell_identity', 'resource_type_code', 'imsi', 'iccid', 'technology', 'operational_state', 'latitude', 'longitude', 'known_since_at',
        'started_at', 'ended_at', 'changed_at'
    ]) }}
),

type_vocabulary as (

    select distinct
        source_value,
        canonical_value
    from {{ ref('status_vocabulary') }}
    where entity = 'resource_type'

),

keyed as (

    select
        record.*,
        type_vocabulary.canonical_value as resource_type,
        {{ plant_key('record.resource_name') }} as written_key,
        {{ plant_key('record.alternative_name') }} as alternative_key
    from record
    left join type_vocabulary
        on {{ code_key('record.resource_type_code') }} = type_vocabulary.source_value

)

select
    record_id,
    system,
    entity,
    source_key,
    site_record_id,
    parent_record_id,
    resource_name,
    resource_type_code,
    resource_type,
    -- SIMs are known by IMSI and ICCID, plant by what is written on it
    case when resource_type = 'sim' then null else written_key end as plant_key,
    alternative_name,
    alternative_key,
    nullif({{ regexp_replace_all('cell_identity', '[^0-9]+', '-') }}, '') as cell_identity,
    nullif({{ regexp_replace_all('imsi', '[^0-9]', '') }}, '') as imsi,
    nullif({{ regexp_replace_all('iccid', '[^0-9]', '') }}, '') as iccid,
    {{ iccid_key('iccid') }} as iccid_key,
    technology,
    lower(operational_state) as operational_state,
    latitude,
    longitude,
    known_since_at,
    started_at,
    ended_at,
    changed_at
from keyed
