-- The arithmetic behind every finding, step by step. Grain: finding_id, step_key.

{% for name in built_controls() %}
select
    {{ finding_key('step') }} as finding_id,
    step.control_id,
    step.step_key,
    step.formula,
    step.factors,
    step.source_records,
    step.amount
from {{ ref('int_leakage__' ~ control_slug(name) ~ '_step') }} as step
{{ 'union all' if not loop.last }}
{% endfor %}
