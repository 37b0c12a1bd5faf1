{{ config(materialized='view') }}
-- One mediation record, once. Grain: stream, file sequence, record sequence.
-- The same record can be landed twice when a file is delivered again; the latest load is the one that counts.
-- A view: its only reader is fct_usage, which would otherwise copy every event twice.

with

records as (
    select * from {{ ref('stg_usage__usage_event') }}
),

ranked as (
    select
        *,
        row_number() over (
            partition by stream, file_sequence, record_sequence
            order by _load_id desc nulls last, _source_ref desc nulls last, _source_position desc nulls last
        ) as copy_rank
    from records
)

select
    concat_ws('-', stream, cast(file_sequence as string), cast(record_sequence as string)) as event_reference,
    stream,
    usage_type,
    zone,
    served_imsi,
    served_number,
    other_party,
    charging_id,
    cell_id,
    partial_sequence,
    case usage_type
        when 'voice' then duration_seconds
        when 'sms' then 1
        when 'data' then uplink_bytes + downlink_bytes
    end as quantity,
    started_at
from ranked
where copy_rank = 1
