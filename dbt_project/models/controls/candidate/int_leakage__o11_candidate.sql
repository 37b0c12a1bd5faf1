-- O11: usage of active subscribers of the register that no CRM and no bill knows. Grain: event_reference.
-- An orphan: its profile is a paying one, nothing in inventory says what else it is for, and no product or subscription
-- holds its service. One that became active in the last days (parameter min_known_days) is only early.

with

held as (
    select service_id from {{ ref('dim_product') }} where service_id is not null
    union
    select service_id from {{ ref('dim_subscription') }} where service_id is not null
),

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
    left join held
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
)

select
    'event:' || event_reference as claim_key,
    'O11' as control_id,
    event_reference,
    service_id,
    served_imsi,
    profile,
    product_offering_price_id,
    usage_type,
    zone,
    period_start,
    cast({{ dbt.dateadd('month', 1, 'period_start') }} as date) as period_end,
    charged_steps,
    unit_price,
    currency_code,
    amount
from priced
