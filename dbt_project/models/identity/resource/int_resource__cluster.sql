-- Which records are one resource, with its durable id. Grain: record_id.

{{ identified_records('resource', ['record_count', 'system_count']) }}
