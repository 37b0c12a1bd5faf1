-- Used and never rated: events of mediation that billing's rating engine has no row for. Grain: event_reference.
-- Copies of another event were used once. What falls on unbilled days of a product is left to int_product__unbilled_usage. The
-- offering is the plan of the product that the service was last held under; where no customer holds it, the retail offering of
-- the network profile, unless the card's purpose entitles it. A card that became active in the last days is likely a sale that the
-- CRM has yet to hear of: its usage waits.

with

rated as (
    select distinct event_reference from {{ ref('fct_rated_usage') }}
),

unrated as (
    select event.*
    from {{ ref('fct_usage') }} as event
    left join rated
        on event.event_reference = rated.event_reference
    where rated.event_reference is null and event.service_id is not null
),

copy as (
    select distinct unrated.event_reference
    from unrated
    inner join {{ ref('fct_usage') }} as first_event
        on unrated.service_id = first_event.service_id
        and unrated.started_at = first_event.started_at
        and unrated.usage_type = first_event.usage_type
        and unrated.quantity = first_event.quantity
        and unrated.event_reference <> first_event.event_reference
        and coalesce(unrated.other_party, '') = coalesce(first_event.other_party, '')
        and coalesce(unrated.partial_sequence, -1) = coalesce(first_event.partial_sequence, -1)
    inner join rated
        on first_event.event_reference = rated.event_reference
),

window_of_stretch as (
    select distinct
        service_id,
        {{ local_to_utc('unbilled_from', var('home_time_zone')) }} as from_at,
        {{ local_to_utc('unbilled_to', var('home_time_zone')) }} as to_at
    from {{ ref('int_product__unbilled_stretch') }}
),

loose as (
    select
        unrated.event_reference,
        unrated.service_id,
        unrated.served_imsi,
        unrated.usage_type,
        unrated.zone,
        unrated.other_party,
        unrated.partial_sequence,
        unrated.quantity,
        unrated.started_at,
        {{ local_date('unrated.started_at') }} as event_day
    from unrated
    left join copy
        on unrated.event_reference = copy.event_reference
    where
        copy.event_reference is null
        and not exists (
            select 1 from window_of_stretch
            where
                window_of_stretch.service_id = unrated.service_id
                and unrated.started_at >= window_of_stretch.from_at
                and unrated.started_at < window_of_stretch.to_at
        )
),

holder as (
    select service_id from {{ ref('dim_product') }} where service_id is not null
    union
    select service_id from {{ ref('dim_subscription') }} where service_id is not null
),

held as (
    select
        loose.*,
        product.product_id,
        product.billing_account_id,
        product.bill_cycle,
        row_number() over (
            partition by loose.event_reference order by product.expected_from desc nulls last, product.product_id nulls last
        ) as product_rank
    from loose
    inner join {{ ref('int_product__expected_interval') }} as product
        on loose.service_id = product.service_id
        and loose.event_day >= product.expected_from
),

of_customer as (
    select
        held.*,
        plan.product_offering_id,
        {{ month_start('run.period_start') }} as month
    from held
    inner join {{ ref('int_billable__plan_stretch') }} as plan
        on held.product_id = plan.product_id
        and held.event_day >= plan.from_day
        and held.event_day < plan.to_day
    inner join {{ ref('fct_bill_run') }} as run
        on held.bill_cycle = run.bill_cycle
        and run.status = 'completed'
        and held.started_at >= run.period_start_at
        and held.started_at < run.period_end_at
    where held.product_rank = 1
),

of_nobody as (
    select
        loose.*,
        offering.product_offering_id,
        {{ month_start('loose.event_day') }} as month,
        {{ dbt.datediff(local_date('known.known_from'), 'today.data_day', 'day') }}
        < {{ bridge_parameter('card_grace_days', 'integer') }} as is_waiting
    from loose
    cross join {{ ref('int_control__data_day') }} as today
    left join holder
        on loose.service_id = holder.service_id
    inner join {{ ref('fct_network_presence') }} as presence
        on loose.served_imsi = presence.source_key
        and presence.system = 'subscribers'
        and loose.started_at >= presence.valid_from
        and loose.started_at < presence.valid_to
    inner join (
        select source_key, min(valid_from) as known_from
        from {{ ref('fct_network_presence') }}
        where system = 'subscribers'
        group by source_key
    ) as known
        on loose.served_imsi = known.source_key
    inner join {{ ref('network_profile') }} as profile
        on upper(presence.profile) = profile.profile
    inner join {{ ref('dim_product_offering') }} as offering
        on profile.retail_billing_code = offering.billing_code
    left join {{ ref('dim_sim_purpose') }} as card
        on loose.served_imsi = card.imsi
    where
        holder.service_id is null
        and not coalesce(card.is_entitled and loose.event_day <= coalesce(card.valid_until, loose.event_day), false)
),

used as (
    {% for relation, account, waiting in [
        ('of_customer', 'billing_account_id', 'false'), ('of_nobody', 'cast(null as string)', 'is_waiting')
    ] %}
    select
        event_reference, service_id, served_imsi, usage_type, zone, other_party, partial_sequence, quantity, started_at,
        product_offering_id, {{ account }} as billing_account_id, {{ waiting }} as is_waiting, month
    from {{ relation }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

priced as (
    {{ usage_at_catalogue_price('used') }}
)

select
    event_reference,
    service_id,
    billing_account_id,
    is_waiting,
    month,
    currency_code,
    amount
from priced
