-- Every ID that was ever minted, with its history and what it leads to today. Grain: entity, entity_id, revision.

with

history as (
    {% call(entity) union_of_entities() %}{{ identity_history(entity) }}{% endcall %}
)

select
    entity,
    entity_id,
    valid_from,
    valid_to,
    is_current,
    reason,
    is_live,
    successor_id,
    resolved_id,
    origin_id,
    minted_from_record_id,
    minted_at,
    cast(minted_revision as bigint) as minted_revision,
    cast(revision as bigint) as revision
from history
