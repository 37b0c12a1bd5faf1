-- What the network measured of one call or data session as a whole. Grain: session_total_id.

with

session_total as (
    select * from {{ ref('int_session_total__from_usage') }}
)

select
    session_total_id,
    network_element,
    charging_id,
    usage_type,
    served_imsi,
    served_number,
    cast(quantity as bigint) as quantity,
    cast(duration_seconds as bigint) as duration_seconds,
    cast(records as bigint) as records,
    started_at
from session_total
