-- O11: an active subscriber of the register that nobody holds, or that carries a customer's number unasked, with traffic. Grain:
-- direction, SIM card and calendar month (orphan) or completed run (duplicate).
-- Amount: an orphan's usage at the catalogue prices of the offering that its profile is valued at; of a duplicate what the
-- customer was charged for it. Rounded once.

with

candidate as (
    {{ owned_candidates('o11') }}
),

found as (
    select
        direction,
        served_imsi,
        period_start,
        currency_code,
        max(period_end) as period_end,
        max(service_id) as service_id,
        max(subscription_id_billing) as subscription_id_billing,
        max(billing_account_id) as billing_account_id,
        max(customer_id) as customer_id,
        max(bill_run_id) as bill_run_id,
        max(profile) as profile,
        count(*) as usage_events,
        cast(round(sum(amount), 2) as decimal(18, 2)) as amount
    from candidate
    group by direction, served_imsi, period_start, currency_code
)

select
    'O11' as control_id,
    direction,
    customer_id,
    billing_account_id,
    service_id,
    concat_ws(':', 'subscribers.subscriber', served_imsi) as subject_key,
    {{ json_object_text_without_nulls([
        ('subscribers.subscriber', 'served_imsi'),
        ('billing.subscription', 'subscription_id_billing'),
        ('billing.bill_run', 'bill_run_id'),
    ]) }} as source_keys,
    {{ json_object_text([
        ('mismatch', "case direction when 'under' then 'orphan' else 'duplicate' end"),
        ('profile', 'profile'),
        ('usage_events', 'usage_events'),
    ]) }} as evidence,
    'network_profile' as root_cause_type,
    profile as root_cause_key,
    period_start,
    period_end,
    amount,
    currency_code,
    false as is_estimate
from found
where amount > 0
