-- Every record of every system with the thing that it is: the way from any system's key to ours, and back. Grain: entity, record_id.

with

member as (

    select * from {{ ref('int_record__member') }}

)

select
    entity,
    record_id,
    system,
    source_entity,
    source_key,
    entity_id,
    label,
    reference,
    status,
    known_since_at,
    is_live,
    is_expected
from member
