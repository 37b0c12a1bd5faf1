-- One use abroad as the visited network recorded it. Grain: roaming_event_id.
-- The SIM card names the service at that instant; the partner names the zone. Where the same use is in our own usage, the earliest
-- such record stands beside it: both name the SIM card, the kind of use and the second at which it began.

with

event as (
    select * from {{ ref('int_roaming_event__from_roaming') }}
),

imsi_holder as (
    select number_value, service_id, valid_from, valid_to
    from {{ ref('bridge_service_number') }}
    where number_type = 'imsi'
),

own_usage as (
    select
        event.roaming_event_id,
        min(own.event_reference) as event_reference
    from event
    inner join {{ ref('fct_usage') }} as own
        on event.served_imsi = own.served_imsi
        and event.usage_type = own.usage_type
        and event.started_at = own.started_at
    where not event.is_received and not event.is_test
    group by event.roaming_event_id
),

held as (
    select
        event.roaming_event_id,
        min(imsi_holder.service_id) as service_id
    from event
    inner join imsi_holder
        on event.served_imsi = imsi_holder.number_value
        and event.started_at >= imsi_holder.valid_from
        and event.started_at < imsi_holder.valid_to
    group by event.roaming_event_id
)

select
    event.roaming_event_id,
    held.service_id,
    event.visited_network,
    partner.zone,
    event.event_type,
    event.usage_type,
    event.is_received,
    event.is_test,
    event.served_imsi,
    event.served_number,
    event.other_party,
    event.tele_service_code,
    event.quantity,
    event.charge_amount,
    event.currency_code,
    own_usage.event_reference,
    event.file_available_at,
    event.started_at
from event
left join {{ ref('roaming_partner') }} as partner
    on event.visited_network = partner.tadig_code
left join own_usage
    on event.roaming_event_id = own_usage.roaming_event_id
left join held
    on event.roaming_event_id = held.roaming_event_id
