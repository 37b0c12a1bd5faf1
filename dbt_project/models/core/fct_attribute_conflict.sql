-- Attributes on which records of one thing differ: the claim that counts, by which rule, and every claim as JSON.
-- Grain: entity, entity_id, attribute.

{%- for entity in ['customer', 'billing_account', 'product', 'service', 'resource'] %}
select
    conflict_id,
    entity,
    entity_id,
    attribute,
    winning_value,
    winning_system,
    rule,
    claims,
    cast(system_count as integer) as system_count,
    cast(value_count as integer) as value_count
from {{ ref('int_' ~ entity ~ '__conflict') }}
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
