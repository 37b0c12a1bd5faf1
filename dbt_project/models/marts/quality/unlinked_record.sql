-- Records that found no counterpart where one is expected, one row each, the live ones first to look at.
-- Grain: unlinked_record_id.

with

unlinked as (

    select * from {{ ref('fct_unlinked_record') }}

)

select
    unlinked.unlinked_record_id,
    unlinked.entity,
    unlinked.system,
    unlinked.source_entity,
    unlinked.source_key,
    unlinked.entity_id,
    unlinked.label,
    unlinked.expected_systems,
    unlinked.reference,
    unlinked.reason,
    unlinked.expectation,
    unlinked.is_live
from unlinked
