-- SIMs as the network register knows them, in canonical columns. Grain: one row per IMSI.
-- The ICCID is the latest one that the register showed for the IMSI.

{{ config(materialized='view') }}

with

interval_of_subscriber as (

    select * from {{ ref('int_subscriber__interval') }}

),

ranked as (

    select
        imsi,
        iccid,
        state_code,
        min(valid_from) over (partition by imsi) as started_at,
        valid_to as ended_at,
        row_number() over (partition by imsi order by valid_from desc nulls last) as recency
    from interval_of_subscriber

)

select
    {{ record_id('subscribers', 'subscriber', 'imsi') }} as record_id,
    'subscribers' as system,
    'subscriber' as entity,
    imsi as source_key,
    cast(null as string) as site_record_id,
    cast(null as string) as parent_record_id,
    cast(null as string) as resource_name,
    cast(null as string) as alternative_name,
    cast(null as string) as cell_identity,
    'SIM' as resource_type_code,
    imsi,
    iccid,
    cast(null as string) as technology,
    cast(null as string) as operational_state,
    cast(null as decimal(9, 6)) as latitude,
    cast(null as decimal(9, 6)) as longitude,
    started_at as known_since_at,
    started_at,
    case when ended_at < {{ open_end() }} then ended_at end as ended_at,
    cast(null as timestamp) as changed_at
from ranked
where recency = 1
