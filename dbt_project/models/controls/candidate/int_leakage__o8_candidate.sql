-- O8: rated usage of a subscription that dunning had barred. Grain: rated_usage_id.
-- A bar names its subscription, or bars all of its account. The network applies bars in the night: usage counts from
-- grace_days local days after the day of the bar on (parameter), until the bar is lifted. What costs nothing (emergency
-- calls, free zones) may go through and counts for nothing.

with

bar as (
    select
        dunning_action_id,
        billing_account_id,
        subscription_id_billing,
        effective_at,
        {{ local_date('effective_at') }} as bar_day,
        {{ local_to_utc(
            dbt.dateadd('day', control_parameter('O8', 'grace_days', 'integer'), local_date('effective_at')),
            var('home_time_zone')
        ) }} as enforced_at,
        coalesce(lifted_at, {{ open_end() }}) as lifted_at
    from {{ ref('fct_dunning_action') }}
    where dunning_level = 'bar'
),

barred as (
    select
        bar.*,
        subscription.subscription_id_billing as barred_subscription_id
    from bar
    inner join {{ ref('dim_subscription') }} as subscription
        on bar.subscription_id_billing = subscription.subscription_id_billing
    union all
    select
        bar.*,
        subscription.subscription_id_billing as barred_subscription_id
    from bar
    inner join {{ ref('dim_subscription') }} as subscription
        on bar.billing_account_id = subscription.billing_account_id
        and bar.subscription_id_billing is null
),

used as (
    select
        rated_usage.*,
        barred.dunning_action_id,
        barred.bar_day,
        row_number() over (
            partition by rated_usage.rated_usage_id
            order by barred.effective_at nulls last, barred.dunning_action_id nulls last
        ) as bar_rank
    from barred
    inner join {{ ref('fct_rated_usage') }} as rated_usage
        on barred.barred_subscription_id = rated_usage.subscription_id_billing
        and rated_usage.started_at >= barred.enforced_at
        and rated_usage.started_at < barred.lifted_at
    where not rated_usage.is_reversed and not rated_usage.is_reversal and rated_usage.amount > 0
)

select
    'rated_usage:' || cast(rated_usage_id as string) as claim_key,
    'O8' as control_id,
    rated_usage_id,
    event_reference,
    dunning_action_id,
    subscription_id_billing,
    billing_account_id,
    customer_id,
    service_id,
    usage_type,
    zone,
    bar_day,
    event_month as period_start,
    cast({{ dbt.dateadd('month', 1, 'event_month') }} as date) as period_end,
    currency_code,
    amount
from used
where bar_rank = 1
