-- Which billing account each source record is, by which rule. Grain: system, entity, source_key.

with

reference as (
    {{ cross_reference('billing_account', open_start(), open_end()) }}
)

select
    system,
    entity,
    source_key,
    billing_account_id,
    link_rule,
    valid_from,
    valid_to
from reference
