-- Which records are one service, with its durable id. Grain: record_id.

{{ identified_records('service', ['record_count', 'system_count']) }}
