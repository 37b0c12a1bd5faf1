-- Which records are one service, by keys first and number in time second. Grain: record_id.

{{ cluster_records('service', ref('int_service__conformed'), ref('int_service__links')) }}
