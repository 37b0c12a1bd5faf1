-- What alarms are about: each object in fault management's own spelling, as a resource. Grain: alarmed_object_id.

{{ config(materialized='view') }}

with

alarm as (

    select * from {{ ref('stg_alarms__alarm') }}
    where alarmed_object_id is not null

)

select
    {{ record_id('alarms', 'alarmed_object', 'alarmed_object_id') }} as record_id,
    'alarms' as system,
    'alarmed_object' as entity,
    alarmed_object_id as source_key,
    cast(null as string) as site_record_id,
    cast(null as string) as parent_record_id,
    alarmed_object_id as resource_name,
    cast(null as string) as alternative_name,
    cast(null as string) as cell_identity,
    max(alarmed_object_type) as resource_type_code,
    cast(null as string) as imsi,
    cast(null as string) as iccid,
    cast(null as string) as technology,
    cast(null as string) as operational_state,
    cast(null as decimal(9, 6)) as latitude,
    cast(null as decimal(9, 6)) as longitude,
    min(alarm_raised_at) as known_since_at,
    cast(null as timestamp) as started_at,
    cast(null as timestamp) as ended_at,
    max(alarm_changed_at) as changed_at
from alarm
group by alarmed_object_id
