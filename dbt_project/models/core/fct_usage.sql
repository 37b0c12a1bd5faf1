-- One usage event as mediation passed it on. Grain: event_reference.
-- The served party becomes a service by what the bridge says at that instant: the IMSI first, because a SIM names one
-- subscriber, then the number, because fixed lines have no IMSI. An event that finds no service stays, without one.

with

records as (
    select * from {{ ref('int_usage__from_usage') }}
),

imsi_holders as (
    select number_value, service_id, valid_from, valid_to
    from {{ ref('bridge_service_number') }}
    where number_type = 'imsi'
),

number_holders as (
    select number_value, service_id, valid_from, valid_to
    from {{ ref('bridge_service_number') }}
    where number_type in ('msisdn', 'line')
)

select
    records.event_reference as usage_id,
    records.event_reference,
    coalesce(imsi_holders.service_id, number_holders.service_id) as service_id,
    records.stream,
    records.usage_type,
    records.zone,
    records.served_imsi,
    records.served_number,
    records.other_party,
    records.charging_id,
    records.cell_id,
    cast(records.partial_sequence as bigint) as partial_sequence,
    cast(records.quantity as bigint) as quantity,
    records.started_at,
    cast(date_trunc('month', {{ local_date('records.started_at') }}) as date) as event_month
from records
left join imsi_holders
    on records.served_imsi = imsi_holders.number_value
    and records.started_at >= imsi_holders.valid_from
    and records.started_at < imsi_holders.valid_to
left join number_holders
    on records.served_number = number_holders.number_value
    and records.started_at >= number_holders.valid_from
    and records.started_at < number_holders.valid_to
