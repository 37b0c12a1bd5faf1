-- How much each built control looked at. Grain: control_id.
-- Published beside the findings: "nothing found" means something only next to what was examined.

with

closed as (
    select
        min(period_start) as first_period_start,
        max(period_end) as last_period_end
    from {{ ref('fct_bill_run') }}
    where status = 'completed'
),

checked as (
    {% for stage in ['offer', 'order', 'usage', 'rating', 'collection', 'partner'] %}
    select control_id, subject, subjects_checked from {{ ref('int_control__scope_' ~ stage) }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
)

select
    checked.control_id,
    checked.subject,
    checked.subjects_checked,
    closed.first_period_start,
    closed.last_period_end
from checked
cross join closed
