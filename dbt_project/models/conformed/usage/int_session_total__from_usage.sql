-- What the network measured of one session, once. Grain: usage_type, charging_id, served_number, day of
-- the start.
-- A session that is reported again stands in its latest report: a later file, else a later record of the same.

with

report as (
    select
        *,
        row_number() over (
            partition by usage_type, charging_id, served_number, cast(started_at as date)
            order by
                file_sequence desc nulls last, record_sequence desc nulls last, _load_id desc nulls last,
                _source_ref desc nulls last, _source_position desc nulls last
        ) as report_rank
    from {{ ref('stg_usage__session_total') }}
    where charging_id is not null
)

select
    concat_ws('-', stream, cast(file_sequence as string), cast(record_sequence as string)) as session_total_id,
    network_element,
    charging_id,
    usage_type,
    served_imsi,
    served_number,
    case usage_type when 'voice' then duration_seconds when 'data' then uplink_bytes + downlink_bytes end as quantity,
    duration_seconds,
    records,
    started_at
from report
where report_rank = 1
