-- What element managers measure: each object under its whole distinguished name, as a resource. Grain: measured_object_key.
-- The element's distinguished name is set when it is installed and may be an old or a local one; beside it stands the name that people
-- gave the element, and some vendors write the cell identity into the object's name.

with

measured as (

    select
        measured_object_key,
        managed_element,
        measured_object,
        max(user_label) as user_label,
        min(period_start_at) as first_measured_at,
        max(period_end_at) as last_measured_at
    from {{ ref('int_measurement__from_performance') }}
    group by measured_object_key, managed_element, measured_object

)

select
    {{ record_id('performance', 'measured_object', 'measured_object_key') }} as record_id,
    'performance' as system,
    'measured_object' as entity,
    measured_object_key as source_key,
    cast(null as string) as site_record_id,
    cast(null as string) as parent_record_id,
    concat_ws(',', managed_element, measured_object) as resource_name,
    case when user_label is not null then concat_ws(',', user_label, measured_object) end as alternative_name,
    {{ regexp_group('lower(measured_object)', 'cell ?identity=([0-9-]+)') }} as cell_identity,
    cast(null as string) as resource_type_code,
    cast(null as string) as imsi,
    cast(null as string) as iccid,
    cast(null as string) as technology,
    cast(null as string) as operational_state,
    cast(null as decimal(9, 6)) as latitude,
    cast(null as decimal(9, 6)) as longitude,
    first_measured_at as known_since_at,
    cast(null as timestamp) as started_at,
    cast(null as timestamp) as ended_at,
    last_measured_at as changed_at
from measured
