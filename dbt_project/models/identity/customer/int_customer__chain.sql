-- Customer records that links join one after the other, each link right as far as its two records tell. Grain: record_id.
-- A chain may hold records that contradict each other at its ends: int_customer__component parts those.

{{ cluster_records('customer', ref('int_customer__conformed'), ref('int_customer__link_judged')) }}
