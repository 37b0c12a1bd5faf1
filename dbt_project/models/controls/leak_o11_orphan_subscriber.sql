-- O11: an active subscriber of the register that nobody holds, with traffic. Grain: SIM card and calendar month.
-- Amount: the usage at the catalogue prices of the offering that its profile is valued at, rounded once.

with

candidate as (
    {{ owned_candidates('o11') }}
),

found as (
    select
        served_imsi,
        period_start,
        currency_code,
        max(period_end) as period_end,
        max(service_id) as service_id,
        max(profile) as profile,
        count(*) as usage_events,
        cast(round(sum(amount), 2) as decimal(18, 2)) as amount
    from candidate
    group by served_imsi, period_start, currency_code
)

select
    'O11' as control_id,
    'under' as direction,
    cast(null as string) as customer_id,
    cast(null as string) as billing_account_id,
    service_id,
    concat_ws(':', 'subscribers.subscriber', served_imsi) as subject_key,
    {{ json_object_text_without_nulls([
        ('subscribers.subscriber', 'served_imsi'),
    ]) }} as source_keys,
    {{ json_object_text([
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
