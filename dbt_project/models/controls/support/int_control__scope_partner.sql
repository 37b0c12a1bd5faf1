-- How much the controls of stage partner looked at. Grain: control_id.

select
    'X3' as control_id,
    'sale of a dealer' as subject,
    count(distinct partner_id || '/' || product_order_id) as subjects_checked
from {{ ref('fct_commission') }}
