-- Counters of each resource per day. Grain: day, resource, counter. The day is the local day in which the interval began. What no
-- resource is known for keeps its row under its manager's own name. Suspect values are counted and not added up.

with

measurement as (
    select
        cast({{ local_date('period_start_at') }} as date) as day,
        coalesce(resource_id, measured_object_key) as measured_key,
        resource_id,
        site_resource_id,
        case when resource_id is null then measured_object_key end as measured_object_key,
        counter,
        case when not is_suspect then value end as value,
        is_suspect,
        granularity_seconds
    from {{ ref('fct_performance_measurement') }}
),

resource as (
    select resource_id, resource_name, resource_type from {{ ref('dim_resource') }}
),

counted as (
    select
        day,
        measured_key,
        max(resource_id) as resource_id,
        max(site_resource_id) as site_resource_id,
        max(measured_object_key) as measured_object_key,
        counter,
        count(*) as intervals,
        sum(case when is_suspect then 1 else 0 end) as suspect_intervals,
        sum(granularity_seconds) as measured_seconds,
        sum(value) as value_sum,
        avg(value) as value_mean,
        max(value) as value_max
    from measurement
    group by day, measured_key, counter
)

select
    counted.day,
    counted.resource_id,
    resource.resource_name,
    resource.resource_type,
    counted.site_resource_id,
    site.resource_name as site_name,
    counted.measured_object_key,
    counted.counter,
    cast(counted.intervals as bigint) as intervals,
    cast(counted.suspect_intervals as bigint) as suspect_intervals,
    cast(counted.measured_seconds as bigint) as measured_seconds,
    cast(counted.value_sum as decimal(38, 3)) as value_sum,
    cast(counted.value_mean as decimal(38, 3)) as value_mean,
    cast(counted.value_max as decimal(38, 3)) as value_max
from counted
left join resource
    on counted.resource_id = resource.resource_id
left join resource as site
    on counted.site_resource_id = site.resource_id
