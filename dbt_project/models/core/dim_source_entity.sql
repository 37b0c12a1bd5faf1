-- The entities that ingestion lands, and under which columns a record is known there. Grain: system, entity.
-- Whoever holds a source key finds the landed rows with it.

{% for system, entities in load_modes().items() %}
{% set last_system = loop.last %}
{% for entity, load in entities.items() %}
select
    '{{ system }}' as system,
    '{{ entity }}' as entity,
    '{{ load.mode }}' as load_mode,
    '{{ load.key | join(',') }}' as key_columns
{{ 'union all' if not (last_system and loop.last) }}
{% endfor %}
{% endfor %}
