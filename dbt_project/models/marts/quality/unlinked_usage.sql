-- Usage that belongs to no service, by what was served and why. Grain: unlinked_usage_id.

with

unlinked as (

    select
        coalesce(served_number, '') as number_key,
        coalesce(served_imsi, '') as imsi_key,
        unlinked_reason,
        usage_type,
        event_month,
        quantity,
        started_at
    from {{ ref('fct_usage') }}
    where service_id is null

)

select
    {{ hash_key(['number_key', 'imsi_key', 'unlinked_reason', 'usage_type', 'event_month']) }} as unlinked_usage_id,
    nullif(number_key, '') as served_number,
    nullif(imsi_key, '') as served_imsi,
    unlinked_reason as reason,
    usage_type,
    event_month,
    cast(count(*) as bigint) as events,
    cast(sum(quantity) as bigint) as quantity,
    min(started_at) as first_event_at,
    max(started_at) as last_event_at
from unlinked
group by number_key, imsi_key, unlinked_reason, usage_type, event_month
