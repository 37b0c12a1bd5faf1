-- The network register's subscribers as mobile services in canonical columns. Grain: one row per IMSI.
-- Shows the latest number; every number that the IMSI had, and when, is in int_subscriber__interval.

{{ config(materialized='view') }}

with

interval_of_subscriber as (

    select * from {{ ref('int_subscriber__interval') }}

),

status_vocabulary as (

    select * from {{ ref('status_vocabulary') }}
    where entity = 'network_presence' and system = 'subscribers'

),

ranked as (

    select
        imsi,
        msisdn,
        profile,
        state_code,
        min(valid_from) over (partition by imsi) as started_at,
        valid_to as ended_at,
        row_number() over (partition by imsi order by valid_from desc nulls last) as recency
    from interval_of_subscriber

)

select
    {{ record_id('subscribers', 'subscriber', 'ranked.imsi') }} as record_id,
    'subscribers' as system,
    'subscriber' as entity,
    ranked.imsi as source_key,
    cast(null as string) as customer_reference,
    cast(null as string) as customer_record_id,
    cast(null as string) as service_reference,
    cast(null as string) as product_reference,
    'mobile' as service_type,
    cast(null as string) as service_name,
    ranked.msisdn as written_number,
    'msisdn' as number_type,
    ranked.imsi,
    ranked.profile,
    ranked.state_code as status_code,
    case
        when ranked.ended_at < {{ open_end() }} then 'terminated'
        when status_vocabulary.canonical_value = 'active' then 'active'
        else 'suspended'
    end as status,
    true as needs_network_service,
    ranked.started_at as known_since_at,
    ranked.started_at,
    case when ranked.ended_at < {{ open_end() }} then ranked.ended_at end as ended_at,
    cast(null as timestamp) as changed_at
from ranked
left join status_vocabulary
    on {{ code_key('ranked.state_code') }} = status_vocabulary.source_value
where ranked.recency = 1
