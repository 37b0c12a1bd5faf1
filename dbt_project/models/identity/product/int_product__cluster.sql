-- Which records are one product, with its durable id. Grain: record_id.

{{ identified_records('product', ['record_count', 'system_count']) }}
