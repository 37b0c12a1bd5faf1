-- O9: usage of SIM cards for the operator's own use that nothing entitles to it. Grain: event_reference.
-- A card in stock has no user; a test or staff card is entitled while its purpose lasts (seed sim_purpose, inventory's
-- end). A card that a product or subscription holds is a customer's, whatever inventory still says of it.

with

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
        card.resource_id_inventory,
        card.purpose,
        card.valid_until,
        offering.product_offering_id,
        cast(date_trunc('month', {{ local_date('event.started_at') }}) as date) as period_start
    from {{ ref('dim_sim_purpose') }} as card
    inner join {{ ref('fct_usage') }} as event
        on card.imsi = event.served_imsi
    inner join {{ ref('fct_network_presence') }} as presence
        on card.imsi = presence.source_key
        and presence.system = 'subscribers'
        and event.started_at >= presence.valid_from
        and event.started_at < presence.valid_to
    inner join {{ ref('network_profile') }} as profile
        on upper(presence.profile) = profile.profile
    inner join {{ ref('dim_product_offering') }} as offering
        on profile.retail_billing_code = offering.billing_code
    left join {{ ref('int_service__held') }} as held
        on event.service_id = held.service_id
    where
        held.service_id is null
        and (not card.is_entitled or {{ local_date('event.started_at') }} > card.valid_until)
),

priced as (
    {{ usage_at_catalogue_price('used') }}
)

select
    'event:' || event_reference as claim_key,
    'O9' as control_id,
    event_reference,
    service_id,
    served_imsi,
    resource_id_inventory,
    purpose,
    valid_until,
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
