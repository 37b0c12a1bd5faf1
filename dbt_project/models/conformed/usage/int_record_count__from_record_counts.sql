-- What an element counted of the records that it wrote in an hour, once. Grain: recording_entity, period_start_at,
-- cdr_type, first_local_sequence_number.
-- An hour that is reported again counts as its latest report says. An element that begins to number anew within an hour
-- reports that hour in two rows, which differ by their first number.

with

report as (
    select
        *,
        row_number() over (
            partition by recording_entity, period_start_at, cdr_type, first_local_sequence_number
            order by
                file_date desc nulls last, file_sequence desc nulls last, line_number desc nulls last,
                _load_id desc nulls last, _source_ref desc nulls last, _source_position desc nulls last
        ) as report_rank
    from {{ ref('stg_record_counts__record_count') }}
),

latest as (
    select
        *,
        case
            when cdr_type in ('moCallRecord', 'tASRecord') then 'voice'
            when cdr_type = 'moSMSRecord' then 'sms'
            when cdr_type = 'pGWRecord' then 'data'
        end as usage_type,
        records_written - unsuccessful_records - test_records as usage_records
    from report
    where report_rank = 1
)

select
    concat_ws('-', cast(file_date as string), cast(file_sequence as string), cast(line_number as string))
        as record_count_id,
    recording_entity,
    cdr_type,
    usage_type,
    period_start_at,
    records_written,
    unsuccessful_records,
    test_records,
    usage_records,
    case usage_type
        when 'voice' then duration_seconds
        when 'sms' then usage_records
        when 'data' then uplink_bytes + downlink_bytes
    end as quantity,
    first_local_sequence_number,
    last_local_sequence_number
from latest
where usage_type is not null
