-- Alarms by where and how bad. Grain: month, site, resource type, severity.
-- The month is the local month in which the alarm was raised. An alarm about something that inventory doesn't know
-- keeps its row, without site and type: unknown is a finding of its own, not noise.

with

alarm as (
    select
        cast(date_trunc('month', {{ local_date('raised_at') }}) as date) as month,
        resource_id,
        coalesce(site_resource_id, '') as site_key,
        perceived_severity,
        coalesce(probable_cause, 'unknown') as probable_cause,
        is_service_affecting,
        cleared_at,
        duration_seconds
    from {{ ref('fct_alarm') }}
),

resource as (
    select resource_id, resource_name, resource_type from {{ ref('dim_resource') }}
),

placed as (
    select
        alarm.*,
        coalesce(resource.resource_type, 'unknown') as resource_type
    from alarm
    left join resource
        on alarm.resource_id = resource.resource_id
),

cause as (
    select month, site_key, resource_type, perceived_severity, probable_cause, count(*) as alarms
    from placed
    group by month, site_key, resource_type, perceived_severity, probable_cause
),

top_cause as (
    select
        *,
        row_number() over (
            partition by month, site_key, resource_type, perceived_severity
            order by alarms desc nulls last, probable_cause nulls last
        ) as cause_rank
    from cause
),

counted as (
    select
        month,
        site_key,
        resource_type,
        perceived_severity,
        count(*) as raised,
        sum(case when cleared_at is not null then 1 else 0 end) as cleared,
        sum(case when is_service_affecting then 1 else 0 end) as service_affecting,
        cast(avg(case when cleared_at is not null then duration_seconds end) as decimal(18, 1)) as mean_time_to_clear_seconds
    from placed
    group by month, site_key, resource_type, perceived_severity
)

select
    counted.month,
    nullif(counted.site_key, '') as site_resource_id,
    site.resource_name as site_name,
    counted.resource_type,
    counted.perceived_severity,
    first_cause.probable_cause as top_probable_cause,
    second_cause.probable_cause as second_probable_cause,
    third_cause.probable_cause as third_probable_cause,
    cast(counted.raised as bigint) as raised,
    cast(counted.cleared as bigint) as cleared,
    cast(counted.raised - counted.cleared as bigint) as still_open,
    cast(counted.service_affecting as bigint) as service_affecting,
    counted.mean_time_to_clear_seconds
from counted
left join resource as site
    on counted.site_key = site.resource_id
{% for alias, rank in [('first_cause', 1), ('second_cause', 2), ('third_cause', 3)] -%}
left join top_cause as {{ alias }}
    on counted.month = {{ alias }}.month
    and counted.site_key = {{ alias }}.site_key
    and counted.resource_type = {{ alias }}.resource_type
    and counted.perceived_severity = {{ alias }}.perceived_severity
    and {{ alias }}.cause_rank = {{ rank }}
{% endfor %}
