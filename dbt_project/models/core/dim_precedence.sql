-- Which system is believed, per entity and attribute, and why: the seed precedence as readers of the lake see it. Grain: entity, attribute.

select
    entity,
    attribute,
    rule,
    systems,
    reason
from {{ ref('precedence') }}
