-- Which records are one customer, with its durable id. Grain: record_id.

{{ identified_records('customer', ['record_count', 'is_parted_by_steward']) }}
