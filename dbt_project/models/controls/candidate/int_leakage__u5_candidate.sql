-- U5: usage that was billed, or waits to be billed, when the customer need not pay it any more. Grain: rated_usage_id.
-- The limit in days from the use to the day of the bill run is the terms' (seed back_billing_limit), by kind of
-- customer; who has none has no limit. What is still unbilled is measured at the last day that the sources tell of, and
-- only while no completed run had to charge it: what one forgot is U3's. A bill line that U3 counts as a whole is its own.

with

timed as (
    select
        rated_usage.rated_usage_id,
        rated_usage.event_reference,
        rated_usage.subscription_id_billing,
        rated_usage.billing_account_id,
        rated_usage.customer_id,
        rated_usage.service_id,
        rated_usage.usage_type,
        rated_usage.zone,
        rated_usage.currency_code,
        rated_usage.amount,
        rated_usage.is_billed,
        rated_usage.charge_bill_run_id as bill_run_id,
        back_billing_limit.customer_type,
        back_billing_limit.limit_days,
        {{ local_date('rated_usage.started_at') }} as used_day,
        coalesce({{ local_date('run.run_at') }}, data_day.data_day) as billed_day,
        coalesce(run.period_start, rated_usage.event_month) as period_start,
        coalesce(run.period_end, cast({{ dbt.dateadd('month', 1, 'rated_usage.event_month') }} as date)) as period_end
    from {{ ref('fct_rated_usage') }} as rated_usage
    inner join {{ ref('dim_customer') }} as customer
        on rated_usage.customer_id = customer.customer_id
    inner join {{ ref('back_billing_limit') }} as back_billing_limit
        on customer.customer_type = back_billing_limit.customer_type
    cross join {{ ref('int_control__data_day') }} as data_day
    left join {{ ref('fct_bill_run') }} as run
        on rated_usage.charge_bill_run_id = run.bill_run_id
    where
        rated_usage.amount > 0
        and not rated_usage.is_reversed
        and not rated_usage.is_reversal
        and (rated_usage.is_billed or rated_usage.charge_bill_run_id is null)
)

select
    'rated_usage:' || cast(timed.rated_usage_id as string) as claim_key,
    'U5' as control_id,
    timed.rated_usage_id,
    timed.event_reference,
    timed.subscription_id_billing,
    timed.billing_account_id,
    timed.customer_id,
    timed.service_id,
    timed.usage_type,
    timed.zone,
    timed.bill_run_id,
    timed.is_billed,
    timed.customer_type,
    timed.limit_days,
    timed.used_day,
    timed.billed_day,
    timed.period_start,
    timed.period_end,
    timed.currency_code,
    timed.amount
from timed
left join {{ ref('int_leakage__u3_candidate') }} as unbilled_line
    on timed.subscription_id_billing = unbilled_line.subscription_id_billing
    and timed.bill_run_id = unbilled_line.bill_run_id
    and timed.usage_type = unbilled_line.usage_type
    and timed.currency_code = unbilled_line.currency_code
where
    {{ dbt.datediff('timed.used_day', 'timed.billed_day', 'day') }} > timed.limit_days
    and unbilled_line.bill_run_id is null
