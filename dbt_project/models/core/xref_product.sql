-- Which product each source record is, by which rule. Grain: system, entity, source_key.

with

reference as (
    {{ cross_reference('product', open_start(), open_end()) }}
)

select
    system,
    entity,
    source_key,
    product_id,
    link_rule,
    valid_from,
    valid_to
from reference
