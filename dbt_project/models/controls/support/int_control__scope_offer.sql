-- How much the controls of stage offer looked at. Grain: control_id.

select 'P1' as control_id, 'usage price' as subject, count(*) as subjects_checked
from {{ ref('dim_product_offering_price') }}
where price_type = 'usage'
union all
select
    'P2' as control_id,
    'offering and destination of a month' as subject,
    count(distinct product_offering_id || '/' || destination || '/' || cast(call_month as string)) as subjects_checked
from {{ ref('int_call__margin') }}
union all
select 'P3' as control_id, 'agreed price' as subject, count(*) as subjects_checked
from {{ ref('dim_agreement_price') }}
