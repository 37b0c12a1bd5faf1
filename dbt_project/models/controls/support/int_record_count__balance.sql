-- What an element wrote in an hour against what mediation has of it. Grain: record_count_id.
-- A record belongs to the count whose sequence numbers hold its own, within an hour of its time (the element's counters and its
-- records need not keep the same time, and numbers are used again once an element has begun anew). A number counts once,
-- however often the record came, and whether mediation accepted or rejected it (U2's); it may have come in any file.
-- Missing is what both say: the count less the records that are there, and the numbers that nobody has seen. Attempts that
-- failed and test calls have numbers and are no usage.

with

counted as (
    select * from {{ ref('fct_record_count') }}
),

near as (
    {% for hours in [-1, 0, 1] %}
    select
        record_count_id,
        recording_entity,
        usage_type,
        first_local_sequence_number,
        last_local_sequence_number,
        date_trunc('hour', {{ dbt.dateadd('hour', hours, 'period_start_at') }}) as hour_at
    from counted
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

record as (
    select
        recording_entity,
        usage_type,
        local_sequence_number,
        quantity,
        0 as is_rejected,
        date_trunc('hour', started_at) as hour_at
    from {{ ref('fct_usage') }}
    where local_sequence_number is not null
    union all
    select
        recording_entity,
        usage_type,
        local_sequence_number,
        quantity,
        1 as is_rejected,
        date_trunc('hour', started_at) as hour_at
    from {{ ref('fct_usage_reject') }}
    where local_sequence_number is not null and started_at is not null
),

received as (
    select near.record_count_id, record.local_sequence_number, record.quantity, record.is_rejected
    from near
    inner join record
        on near.recording_entity = record.recording_entity
        and near.usage_type = record.usage_type
        and near.hour_at = record.hour_at
        and record.local_sequence_number >= near.first_local_sequence_number
        and record.local_sequence_number <= near.last_local_sequence_number
    union all
    -- rejected with a time that nobody can read: mediation rejects a record within days of it
    select counted.record_count_id, reject.local_sequence_number, reject.quantity, 1 as is_rejected
    from {{ ref('fct_usage_reject') }} as reject
    inner join counted
        on reject.recording_entity = counted.recording_entity
        and reject.usage_type = counted.usage_type
        and reject.local_sequence_number >= counted.first_local_sequence_number
        and reject.local_sequence_number <= counted.last_local_sequence_number
    where
        reject.started_at is null
        and {{ dbt.datediff(local_date('counted.period_start_at'), 'reject.rejected_date', 'day') }}
        between -1 and {{ control_parameter('U1', 'days_to_arrive', 'integer') }}
),

-- a copy doesn't make up for a loss
single as (
    select
        record_count_id,
        local_sequence_number,
        max(quantity) as quantity,
        min(is_rejected) as is_rejected
    from received
    group by record_count_id, local_sequence_number
),

there as (
    select
        record_count_id,
        count(*) as received_records,
        sum(is_rejected) as rejected_records,
        sum(case when quantity is null then 1 else 0 end) as unreadable_records,
        sum(coalesce(quantity, 0)) as received_quantity
    from single
    group by record_count_id
),

balanced as (
    select
        counted.*,
        coalesce(there.received_records, 0) as received_records,
        coalesce(there.rejected_records, 0) as rejected_records,
        coalesce(there.received_quantity, 0)
        + coalesce(there.unreadable_records, 0) * counted.quantity / nullif(counted.usage_records, 0) as received_quantity,
        counted.usage_records - coalesce(there.received_records, 0) as balance_records,
        counted.last_local_sequence_number - counted.first_local_sequence_number + 1
        - counted.unsuccessful_records - counted.test_records - coalesce(there.received_records, 0) as unseen_numbers
    from counted
    left join there
        on counted.record_count_id = there.record_count_id
)

select
    record_count_id,
    recording_entity,
    cdr_type,
    usage_type,
    period_start_at,
    {{ local_date('period_start_at') }} as period_day,
    records_written,
    usage_records,
    received_records,
    rejected_records,
    quantity,
    unseen_numbers,
    greatest(least(balance_records, unseen_numbers), 0) as missing_records,
    -- where the counter says more than the numbers show, its share
    cast(
        case
            when least(balance_records, unseen_numbers) <= 0 then 0
            when balance_records <= unseen_numbers then greatest(quantity - received_quantity, 0)
            else greatest(quantity - received_quantity, 0) * unseen_numbers / nullif(balance_records, 0)
        end as bigint
    ) as missing_quantity
from balanced
