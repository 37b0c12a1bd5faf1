-- The network register as intervals: unbroken stretches in which a subscriber looked the same in every daily dump (gaps and islands).
-- Grain: imsi, valid_from. A subscriber missing from exactly one dump is bridged if it returns unchanged; a day without any
-- dump ends nothing, because days are counted by dumps that exist. A change of number, SIM, profile or state splits.

with

history as (

    select * from {{ ref('stg_subscribers__subscriber_history') }}

),

dump_day as (

    select
        file_date,
        {{ local_to_utc('file_date', var('home_time_zone')) }} as dumped_from
    from (select distinct file_date from history) as days

),

dump as (

    select
        file_date,
        dumped_from,
        row_number() over (order by file_date asc nulls last) as dump_number,
        lag(dumped_from) over (order by file_date asc nulls last) as previous_dumped_from,
        lead(dumped_from) over (order by file_date asc nulls last) as next_dumped_from
    from dump_day

),

observation as (

    select
        history.imsi,
        history.msisdn,
        history.iccid,
        upper(history.profile) as profile,
        upper(history.state) as state_code,
        history.activated_at,
        dump.dump_number,
        concat_ws(
            '|', coalesce(history.msisdn, ''), coalesce(history.iccid, ''), upper(coalesce(history.profile, '')),
            upper(coalesce(history.state, ''))
        ) as look
    from history
    inner join dump
        on history.file_date = dump.file_date

),

compared as (

    select
        *,
        lag(look) over (partition by imsi order by dump_number asc nulls last) as previous_look,
        lag(dump_number) over (partition by imsi order by dump_number asc nulls last) as previous_dump_number
    from observation

),

numbered as (

    select
        *,
        sum(
            case
                when previous_dump_number is null then 1
                when look <> previous_look then 1
                when dump_number - previous_dump_number > 2 then 1
                else 0
            end
        ) over (
            partition by imsi order by dump_number asc nulls last
            rows between unbounded preceding and current row
        ) as interval_number
    from compared

),

island as (

    select
        imsi,
        interval_number,
        min(msisdn) as msisdn,
        min(iccid) as iccid,
        min(profile) as profile,
        min(state_code) as state_code,
        min(activated_at) as activated_at,
        min(dump_number) as first_dump_number,
        max(dump_number) as last_dump_number,
        count(*) as dump_count
    from numbered
    group by imsi, interval_number

)

select
    island.imsi,
    island.msisdn,
    {{ number_key('island.msisdn') }} as service_number,
    island.iccid,
    island.profile,
    island.state_code,
    island.activated_at,
    first_dump.file_date as first_seen_date,
    last_dump.file_date as last_seen_date,
    island.dump_count,
    case
        -- the register's own activation time is exact: it counts when nothing was seen before it
        when island.interval_number = 1 and first_dump.previous_dumped_from is null
            then least(coalesce(island.activated_at, first_dump.dumped_from), first_dump.dumped_from)
        when island.interval_number = 1 and island.activated_at >= first_dump.previous_dumped_from
            then island.activated_at
        else first_dump.dumped_from
    end as valid_from,
    coalesce(last_dump.next_dumped_from, {{ open_end() }}) as valid_to
from island
inner join dump as first_dump
    on island.first_dump_number = first_dump.dump_number
inner join dump as last_dump
    on island.last_dump_number = last_dump.dump_number
