-- What became of each rejected record, and what it would have cost. Grain: usage_reject_outcome_id.

with

valued as (
    select * from {{ ref('int_usage_reject__valued') }}
)

select
    {{ hash_key(['usage_reject_id', 'currency_code']) }} as usage_reject_outcome_id,
    usage_reject_id,
    service_id,
    subscription_id_billing,
    billing_account_id,
    customer_id,
    product_offering_id,
    product_offering_price_id,
    bill_run_id,
    stream,
    reason_code,
    state,
    unpriced_reason,
    cast(waiting_days as bigint) as waiting_days,
    rejected_date,
    currency_code,
    cast(expected_amount as decimal(18, 6)) as expected_amount
from valued
