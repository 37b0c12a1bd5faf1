{{ config(materialized='view') }}
-- One mediation record, once. Grain: stream, file sequence, record sequence.
-- The same record is landed twice when a file is delivered again; the latest load is the one that counts. Repeats are
-- rare, so they are looked up by counting and only they are ranked: ranking every event costs four times as much. A
-- view: its only reader is fct_usage, which would otherwise copy every event twice.

with

record as (
    select * from {{ ref('stg_usage__usage_event') }}
),

repeated as (
    select stream, file_sequence, record_sequence
    from record
    group by stream, file_sequence, record_sequence
    having count(*) > 1
),

ranked as (
    select
        record.*,
        row_number() over (
            partition by record.stream, record.file_sequence, record.record_sequence
            order by record._load_id desc nulls last, record._source_ref desc nulls last, record._source_position desc nulls last
        ) as copy_rank
    from record
    inner join repeated
        on record.stream = repeated.stream
        and record.file_sequence = repeated.file_sequence
        and record.record_sequence = repeated.record_sequence
),

single as (
    {% for relation, condition in [('record', 'repeated.stream is null'), ('ranked', 'ranked.copy_rank = 1')] %}
    select
        {{ relation }}.stream,
        {{ relation }}.file_sequence,
        {{ relation }}.record_sequence,
        {{ relation }}.usage_type,
        {{ relation }}.zone,
        {{ relation }}.served_imsi,
        {{ relation }}.served_number,
        {{ relation }}.other_party,
        {{ relation }}.charging_id,
        {{ relation }}.cell_id,
        {{ relation }}.partial_sequence,
        {{ relation }}.recording_entity,
        {{ relation }}.local_sequence_number,
        {{ relation }}.duration_seconds,
        {{ relation }}.uplink_bytes,
        {{ relation }}.downlink_bytes,
        {{ relation }}.started_at
    from {{ relation }}
    {%- if relation == 'record' %}
    left join repeated
        on record.stream = repeated.stream
        and record.file_sequence = repeated.file_sequence
        and record.record_sequence = repeated.record_sequence
    {%- endif %}
    where {{ condition }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
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
    recording_entity,
    local_sequence_number,
    case usage_type
        when 'voice' then duration_seconds
        when 'sms' then 1
        when 'data' then uplink_bytes + downlink_bytes
    end as quantity,
    started_at
from single
