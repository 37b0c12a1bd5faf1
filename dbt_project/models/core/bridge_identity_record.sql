-- Which source record had which ID, and when. Grain: entity, record_id, revision.

with

history as (
    {% call(entity) union_of_entities() %}{{ identity_record_history(entity) }}{% endcall %}
)

select
    entity,
    record_id,
    entity_id,
    valid_from,
    valid_to,
    is_current,
    reason,
    cast(revision as bigint) as revision,
    cast(ended_revision as bigint) as ended_revision
from history
