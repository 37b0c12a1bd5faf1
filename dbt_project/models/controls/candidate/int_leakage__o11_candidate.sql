-- O11: usage of active subscribers of the register that no CRM and no bill knows, or that carry a customer's number unasked.
-- Grain: event, or rated row.
-- An orphan: its profile is a paying one, nothing in inventory says what else it is for, and no product or subscription
-- holds its service. One that became active in the last days (parameter min_known_days) is only early. Its usage is nobody's bill.
-- A duplicate: two cards of one service carry one number at a time, and inventory lists one of them. What the other uses is rated and
-- billed to the customer.

with

orphan as (
    select
        presence.service_id,
        presence.source_key as imsi,
        presence.profile,
        presence.valid_from,
        presence.valid_to,
        profile.retail_billing_code,
        min(presence.valid_from) over (partition by presence.source_key) as known_from
    from {{ ref('fct_network_presence') }} as presence
    inner join {{ ref('network_profile') }} as profile
        on upper(presence.profile) = profile.profile
        and profile.is_billable
    left join {{ ref('int_service__held') }} as held
        on presence.service_id = held.service_id
    left join {{ ref('dim_sim_purpose') }} as card
        on presence.source_key = card.imsi
    where
        presence.system = 'subscribers'
        and presence.state = 'active'
        and held.service_id is null
        and card.imsi is null
),

used as (
    select
        event.event_reference,
        event.service_id,
        event.served_imsi,
        event.usage_type,
        event.zone,
        event.other_party,
        event.partial_sequence,
        event.quantity,
        event.started_at,
        orphan.profile,
        offering.product_offering_id,
        cast(date_trunc('month', {{ local_date('event.started_at') }}) as date) as period_start
    from orphan
    cross join {{ ref('int_control__data_day') }} as today
    inner join {{ ref('fct_usage') }} as event
        on orphan.imsi = event.served_imsi
        and event.started_at >= orphan.valid_from
        and event.started_at < orphan.valid_to
    inner join {{ ref('dim_product_offering') }} as offering
        on orphan.retail_billing_code = offering.billing_code
    where
        {{ dbt.datediff(local_date('orphan.known_from'), 'today.data_day', 'day') }}
        >= {{ control_parameter('O11', 'min_known_days', 'integer') }}
),

priced as (
    {{ usage_at_catalogue_price('used') }}
),

presence as (
    select *
    from {{ ref('fct_network_presence') }}
    where system = 'subscribers' and state = 'active'
),

unlisted as (
    select distinct
        own.presence_id,
        own.service_id,
        own.source_key as imsi,
        own.profile,
        own.valid_from,
        own.valid_to
    from presence as own
    cross join {{ ref('int_control__data_day') }} as today
    inner join presence as other
        on own.service_id = other.service_id
        and own.service_number = other.service_number
        and own.source_key <> other.source_key
        and own.valid_from < other.valid_to
        and own.valid_to > other.valid_from
    inner join {{ ref('bridge_service_listed_sim') }} as listed
        on other.service_id = listed.service_id
        and other.source_key = listed.imsi
    left join {{ ref('bridge_service_listed_sim') }} as own_listed
        on own.service_id = own_listed.service_id
        and own.source_key = own_listed.imsi
    where
        own_listed.imsi is null
        and {{ dbt.datediff(
            local_date('greatest(own.valid_from, other.valid_from)'),
            'least(' ~ local_date('own.valid_to') ~ ', ' ~ local_date('other.valid_to') ~ ', today.data_day)',
            'day'
        ) }} >= {{ control_parameter('O11', 'min_known_days', 'integer') }}
),

misattributed as (
    select
        rated_usage.rated_usage_id,
        rated_usage.event_reference,
        rated_usage.service_id,
        event.served_imsi,
        unlisted.profile,
        rated_usage.subscription_id_billing,
        rated_usage.billing_account_id,
        rated_usage.customer_id,
        rated_usage.usage_type,
        rated_usage.zone,
        run.bill_run_id,
        run.period_start,
        run.period_end,
        rated_usage.currency_code,
        rated_usage.amount
    from unlisted
    inner join {{ ref('fct_usage') }} as event
        on unlisted.imsi = event.served_imsi
        and event.started_at >= unlisted.valid_from
        and event.started_at < unlisted.valid_to
    inner join {{ ref('fct_rated_usage') }} as rated_usage
        on event.event_reference = rated_usage.event_reference
    inner join {{ ref('fct_bill_run') }} as run
        on rated_usage.charge_bill_run_id = run.bill_run_id
    where not rated_usage.is_reversed and not rated_usage.is_reversal and rated_usage.amount > 0
)

select
    'event:' || event_reference as claim_key,
    'O11' as control_id,
    'under' as direction,
    event_reference,
    cast(null as bigint) as rated_usage_id,
    service_id,
    cast(null as string) as subscription_id_billing,
    cast(null as string) as billing_account_id,
    cast(null as string) as customer_id,
    served_imsi,
    profile,
    product_offering_price_id,
    usage_type,
    zone,
    cast(null as string) as bill_run_id,
    period_start,
    cast({{ dbt.dateadd('month', 1, 'period_start') }} as date) as period_end,
    charged_steps,
    unit_price,
    currency_code,
    amount
from priced
union all
select
    'rated_usage:' || cast(rated_usage_id as string) as claim_key,
    'O11' as control_id,
    'over' as direction,
    event_reference,
    rated_usage_id,
    service_id,
    subscription_id_billing,
    billing_account_id,
    customer_id,
    served_imsi,
    profile,
    cast(null as string) as product_offering_price_id,
    usage_type,
    zone,
    bill_run_id,
    period_start,
    period_end,
    cast(null as bigint) as charged_steps,
    cast(null as decimal(18, 6)) as unit_price,
    currency_code,
    amount
from misattributed
