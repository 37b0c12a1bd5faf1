-- How much the controls of stage rating and billing looked at. Grain: control_id.

select
    'R1' as control_id,
    'rated event' as subject,
    sum(case when charge_bill_run_id is not null and not is_reversal then 1 else 0 end) as subjects_checked
from {{ ref('fct_rated_usage') }}
