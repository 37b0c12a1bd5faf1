-- U2: rejected usage that waits for longer than mediation needs to correct and resubmit it (parameter
-- max_waiting_days), and that a completed run should have charged. Grain: usage_reject_id, currency.

select
    'usage_reject:' || usage_reject_id as claim_key,
    'U2' as control_id,
    usage_reject_id,
    subscription_id_billing,
    billing_account_id,
    customer_id,
    service_id,
    reason_code,
    usage_type,
    zone,
    bill_run_id,
    period_start,
    period_end,
    rejected_date,
    waiting_days,
    product_offering_price_id,
    charged_steps,
    unit_price,
    currency_code,
    expected_amount as amount
from {{ ref('int_usage_reject__valued') }}
where state = 'waiting' and waiting_days > {{ control_parameter('U2', 'max_waiting_days', 'integer') }}
