-- One usage event as billing's rating engine priced it, reversals included. Grain: rated_usage_id.
-- due_bill_run_id is derived, never read: the earliest completed run of the account's cycle whose period ends after
-- the event started and that ran after the event was rated. charge_bill_run_id is the run that did pick the row up,
-- else the due run.

with

rated_usage as (
    select * from {{ ref('int_rated_usage__from_billing') }}
),

subscriptions as (
    select * from {{ ref('dim_subscription') }}
),

plans as (
    select * from {{ ref('fct_subscription_plan') }}
),

windows as (
    select * from {{ ref('int_bill_run__charge_window') }}
),

runs as (
    select
        bill_run_id,
        bill_cycle,
        row_number() over (partition by bill_cycle order by period_end_at nulls last) as run_sequence
    from {{ ref('fct_bill_run') }}
    where status = 'completed'
),

reversed_rows as (
    select distinct reverses_rated_usage_id as rated_usage_id
    from rated_usage
    where reverses_rated_usage_id is not null
)

select
    rated_usage.rated_usage_id,
    rated_usage.event_reference,
    rated_usage.subscription_id_billing,
    subscriptions.billing_account_id,
    subscriptions.customer_id,
    subscriptions.service_id,
    plans.product_offering_id,
    rated_usage.reverses_rated_usage_id,
    rated_usage.served_number,
    rated_usage.other_party,
    rated_usage.usage_type,
    rated_usage.zone,
    cast(rated_usage.partial_sequence as bigint) as partial_sequence,
    cast(rated_usage.quantity as bigint) as quantity,
    coalesce(cast(rated_usage.allowance_units as bigint), 0) as allowance_units,
    cast(rated_usage.charged_steps as bigint) as charged_steps,
    rated_usage.currency_code,
    cast(rated_usage.amount as decimal(18, 6)) as amount,
    reversed_rows.rated_usage_id is not null as is_reversed,
    rated_usage.reverses_rated_usage_id is not null as is_reversal,
    picking_run.bill_run_id is not null as is_billed,
    rated_usage.bill_run_id,
    due_run.bill_run_id as due_bill_run_id,
    coalesce(picking_run.bill_run_id, due_run.bill_run_id) as charge_bill_run_id,
    rated_usage.started_at,
    rated_usage.rated_at,
    cast(date_trunc('month', {{ local_date('rated_usage.started_at') }}) as date) as event_month
from rated_usage
left join subscriptions
    on rated_usage.subscription_id_billing = subscriptions.subscription_id_billing
left join plans
    on rated_usage.subscription_id_billing = plans.subscription_id_billing
    and rated_usage.started_at >= plans.valid_from
    and rated_usage.started_at < plans.valid_to
left join windows as started_window
    on started_window.basis = 'started'
    and subscriptions.bill_cycle = started_window.bill_cycle
    and cast(rated_usage.started_at as date) = started_window.event_date
    and rated_usage.started_at >= started_window.valid_from
    and rated_usage.started_at < started_window.valid_to
left join windows as rated_window
    on rated_window.basis = 'rated'
    and subscriptions.bill_cycle = rated_window.bill_cycle
    and cast(rated_usage.rated_at as date) = rated_window.event_date
    and rated_usage.rated_at >= rated_window.valid_from
    and rated_usage.rated_at < rated_window.valid_to
left join runs as due_run
    on subscriptions.bill_cycle = due_run.bill_cycle
    and due_run.run_sequence = case
        when started_window.run_sequence >= rated_window.run_sequence then started_window.run_sequence
        when started_window.run_sequence < rated_window.run_sequence then rated_window.run_sequence
    end
left join runs as picking_run
    on rated_usage.bill_run_id = picking_run.bill_run_id
left join reversed_rows
    on rated_usage.rated_usage_id = reversed_rows.rated_usage_id
