-- What each system says about each attribute of a customer, account, product, service or resource that several systems hold.
-- Grain: entity, entity_id, attribute, system: a system that holds several records of one thing speaks through its live one.

{%- for entity in ['customer', 'billing_account', 'product', 'service', 'resource'] %}
select
    entity,
    entity_id,
    attribute,
    system,
    source_key,
    value,
    value_normalised,
    is_winner,
    is_conflicting
from {{ ref('int_' ~ entity ~ '__claim') }}
where is_system_representative
    and is_comparable
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
