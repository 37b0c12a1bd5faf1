-- Which service each source record is, by which rule, for as long as the record claims to hold. Grain: system, entity, source_key.

with

reference as (
    {{ cross_reference('service', 'record.valid_from', 'record.valid_to') }}
)

select
    system,
    entity,
    source_key,
    service_id,
    link_rule,
    valid_from,
    valid_to
from reference
