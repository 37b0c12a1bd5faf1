-- How much the controls of stage partner looked at. Grain: control_id.

select 'X2' as control_id, 'event abroad' as subject, count(*) as subjects_checked
from {{ ref('fct_roaming_event') }}
where not is_received and not is_test and zone is not null
union all
select
    'X1' as control_id,
    'month of a carrier and destination' as subject,
    count(distinct partner_id || '/' || direction || '/' || destination || '/' || cast(traffic_month as string))
        as subjects_checked
from {{ ref('int_interconnect__due') }}
union all
select
    'X3' as control_id,
    'sale of a dealer' as subject,
    count(distinct partner_id || '/' || product_order_id) as subjects_checked
from {{ ref('fct_commission') }}
