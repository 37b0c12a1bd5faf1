-- Which records are one billing account. Grain: record_id.

{{ cluster_records('billing_account', ref('int_billing_account__conformed'), ref('int_billing_account__links')) }}
