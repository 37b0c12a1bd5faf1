-- U7: sessions whose usage records hold less than the network measured, or another time. Grain: session_total_id, currency.

select
    'session:' || session_total_id as claim_key,
    'U7' as control_id,
    case when difference_amount > 0 then 'under' else 'over' end as direction,
    session_total_id,
    network_element,
    event_reference,
    subscription_id_billing,
    billing_account_id,
    customer_id,
    service_id,
    usage_type,
    zone,
    difference,
    drift_seconds,
    missing_quantity,
    bill_run_id,
    period_start,
    period_end,
    product_offering_price_id,
    due_steps,
    due_unit_price,
    recorded_steps,
    recorded_unit_price,
    currency_code,
    abs(difference_amount) as amount
from {{ ref('int_session__compared') }}
where difference_amount <> 0
