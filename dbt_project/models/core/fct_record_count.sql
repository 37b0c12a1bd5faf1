-- What an element counted of the usage records that it wrote in an hour. Grain: record_count_id.

with

record_count as (
    select * from {{ ref('int_record_count__from_record_counts') }}
)

select
    record_count_id,
    recording_entity,
    cdr_type,
    usage_type,
    cast(records_written as bigint) as records_written,
    cast(unsuccessful_records as bigint) as unsuccessful_records,
    cast(test_records as bigint) as test_records,
    cast(usage_records as bigint) as usage_records,
    cast(quantity as bigint) as quantity,
    cast(first_local_sequence_number as bigint) as first_local_sequence_number,
    cast(last_local_sequence_number as bigint) as last_local_sequence_number,
    period_start_at
from record_count
