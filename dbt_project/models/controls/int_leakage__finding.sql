-- What the controls find in this build, side by side. Grain: control_id, direction, subject_key, period_start,
-- currency_code.

{% for name in built_controls() %}
select
    control_id, direction, customer_id, billing_account_id, service_id, subject_key, source_keys, evidence,
    root_cause_type, root_cause_key, period_start, period_end, amount, currency_code, is_estimate
from {{ ref('leak_' ~ name) }}
{{ 'union all' if not loop.last }}
{% endfor %}
