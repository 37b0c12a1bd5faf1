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
    select 'O1' as control_id, 'service' as subject, count(distinct product.service_id) as subjects_checked
    from {{ ref('dim_product') }} as product
    inner join {{ ref('dim_product_offering') }} as offering
        on product.product_offering_id = offering.product_offering_id
    where offering.needs_network_service and product.status in ('active', 'suspended', 'terminated')
    union all
    select 'O2' as control_id, 'subscription' as subject, count(distinct subscription_id_billing) as subjects_checked
    from {{ ref('int_subscription__charge_line') }}
    where needs_network_service and line_type = 'recurring'
    union all
    select 'O7' as control_id, 'completed cease' as subject, count(*) as subjects_checked
    from {{ ref('fct_order_item') }}
    where action = 'delete' and state = 'completed'
    union all
    select
        control.control_id,
        'rated event' as subject,
        sum(case when rated_usage.charge_bill_run_id is not null and not rated_usage.is_reversal then 1 else 0 end)
            as subjects_checked
    from {{ ref('fct_rated_usage') }} as rated_usage
    cross join (select control_id from {{ ref('control') }} where control_id in ('U3', 'U4', 'R1')) as control
    group by control.control_id
)

select
    checked.control_id,
    checked.subject,
    checked.subjects_checked,
    closed.first_period_start,
    closed.last_period_end
from checked
cross join closed
