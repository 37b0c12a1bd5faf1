-- One record that mediation rejected, each once, its fields as far as they can be read. Grain: stream, file and record
-- sequence of the reject file.
-- The original record is a line of a usage file: values between semicolons, in the order of the interface. One that was
-- broken off has fewer of them; a value that can't be read is null, never a guess.

with

reject as (
    select
        *,
        row_number() over (
            partition by stream, file_sequence, record_sequence
            order by _load_id desc nulls last, _source_ref desc nulls last, _source_position desc nulls last
        ) as copy_rank
    from {{ ref('stg_usage__usage_reject') }}
),

split as (
    select
        concat_ws('-', stream, cast(file_sequence as string), cast(record_sequence as string)) as usage_reject_id,
        stream,
        reason_code,
        file_date as rejected_date,
        {%- for name, place in [
            ('usage_type', 3), ('served_imsi', 4), ('served_number', 5), ('other_party', 6), ('zone', 7),
            ('started_at_source', 8), ('duration_source', 9), ('uplink_source', 10), ('downlink_source', 11),
            ('cell_id', 12), ('charging_id', 13), ('partial_source', 14), ('recording_entity', 15), ('number_source', 16),
        ] %}
        nullif(split_part(original_record, ';', {{ place }}), '') as {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from reject
    where copy_rank = 1
)

select
    usage_reject_id,
    stream,
    reason_code,
    rejected_date,
    usage_type,
    zone,
    served_imsi,
    served_number,
    other_party,
    charging_id,
    cell_id,
    try_cast(partial_source as bigint) as partial_sequence,
    recording_entity,
    try_cast(number_source as bigint) as local_sequence_number,
    case usage_type
        when 'voice' then try_cast(duration_source as bigint)
        when 'sms' then 1
        when 'data' then try_cast(uplink_source as bigint) + try_cast(downlink_source as bigint)
    end as quantity,
    {{ iso_to_utc('started_at_source') }} as started_at
from split
