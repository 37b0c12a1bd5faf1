-- What the network register says of a SIM: number, card, state and time, each at the service record that held the SIM then.
-- Grain: imsi, valid_from. The register names no service: inventory's is the holder while it lists the SIM, else the register's own
-- record. A dump a day tells the end of an interval to the day only: where inventory ended the SIM within that last day, its end counts.

with

sim_end as (

    select
        imsi,
        max(ended_at) as ended_at
    from {{ ref('int_resource__conformed') }}
    where system = 'inventory'
        and resource_type = 'sim'
        and imsi is not null
    group by imsi
    having count(*) = count(ended_at)

),

shown as (

    select
        register.imsi,
        register.service_number,
        register.iccid,
        register.profile,
        register.state_code,
        register.valid_from,
        case
            when sim_end.ended_at > {{ local_to_utc('register.last_seen_date', var('home_time_zone')) }}
                and sim_end.ended_at > register.valid_from
                then least(sim_end.ended_at, register.valid_to)
            else register.valid_to
        end as valid_to
    from {{ ref('int_subscriber__interval') }} as register
    left join sim_end
        on register.imsi = sim_end.imsi

),

claim as (

    select
        {{ record_id('subscribers', 'subscriber', 'shown.imsi') }} as record_id,
        2 as preference,
        shown.imsi,
        shown.service_number,
        shown.iccid,
        shown.profile,
        shown.state_code,
        shown.valid_from,
        shown.valid_to
    from shown
    where shown.valid_from < shown.valid_to
    union all
    select
        tenure.record_id,
        1 as preference,
        shown.imsi,
        shown.service_number,
        shown.iccid,
        shown.profile,
        shown.state_code,
        greatest(shown.valid_from, tenure.valid_from) as valid_from,
        least(shown.valid_to, tenure.valid_to) as valid_to
    from shown
    inner join {{ ref('int_service__sim_tenure') }} as tenure
        on shown.imsi = tenure.imsi
        and shown.valid_from < tenure.valid_to
        and tenure.valid_from < shown.valid_to

),

holder as (
    {{ best_claim_per_segment(
        'claim', ['imsi'], ['record_id', 'service_number', 'iccid', 'profile', 'state_code'],
        [('preference', 'asc'), ('record_id', 'asc')]
    ) }}
)

select
    imsi,
    record_id,
    service_number,
    iccid,
    profile,
    state_code,
    valid_from,
    valid_to
from holder
