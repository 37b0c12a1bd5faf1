-- One measured value, once. Grain: measurement_id. An interval that a manager sent again counts as in its latest delivery.

with

measurement as (
    select * from {{ ref('stg_performance__measurement') }}
),

ranked as (
    select
        {{ hash_key([
            'element_manager', 'managed_element', 'measured_object', 'counter', 'period_end_at', 'granularity_seconds'
        ]) }} as measurement_id,
        {{ measured_object_key('element_manager', 'managed_element', 'measured_object') }} as measured_object_key,
        element_manager,
        vendor_name,
        managed_element,
        user_label,
        measured_object,
        counter,
        value,
        coalesce(is_suspect, false) as is_suspect,
        granularity_seconds,
        {{ dbt.dateadd('second', '-1 * cast(granularity_seconds as integer)', 'period_end_at') }} as period_start_at,
        period_end_at,
        row_number() over (
            partition by element_manager, managed_element, measured_object, counter, period_end_at, granularity_seconds
            order by _load_id desc nulls last, _source_ref desc nulls last, _source_position desc nulls last
        ) as copy_rank
    from measurement
)

select
    measurement_id,
    measured_object_key,
    element_manager,
    vendor_name,
    managed_element,
    user_label,
    measured_object,
    counter,
    value,
    is_suspect,
    granularity_seconds,
    period_start_at,
    period_end_at
from ranked
where copy_rank = 1
