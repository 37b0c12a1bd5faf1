-- Which records are one billing account, with its durable id. Grain: record_id.

{{ identified_records('billing_account', ['record_count', 'system_count']) }}
