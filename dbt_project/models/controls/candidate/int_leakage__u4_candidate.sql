-- U4: copies of an event that was rated more than once. Grain: rated_usage_id of a copy.
-- Unbilled copies are claimed as well: they are worth nothing here, and no other control may price them.

select
    'rated_usage:' || cast(rated_usage.rated_usage_id as string) as claim_key,
    'U4' as control_id,
    rated_usage.rated_usage_id,
    repeats.first_rated_usage_id,
    rated_usage.event_reference,
    rated_usage.subscription_id_billing,
    rated_usage.billing_account_id,
    rated_usage.customer_id,
    rated_usage.service_id,
    rated_usage.usage_type,
    rated_usage.is_billed,
    rated_usage.charge_bill_run_id as bill_run_id,
    rated_usage.currency_code,
    rated_usage.amount
from {{ ref('int_rated_usage__repeat') }} as repeats
inner join {{ ref('fct_rated_usage') }} as rated_usage
    on repeats.rated_usage_id = rated_usage.rated_usage_id
