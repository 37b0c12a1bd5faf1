-- One measured value of the network at the resource and site that it is about. Grain: measurement_id.
-- Element managers spell resources their own way; the cross-reference says which of ours they mean. What the inventory doesn't know, and
-- what bears contradicting names, keeps its value and has no resource.

with

measurement as (
    select * from {{ ref('int_measurement__from_performance') }}
),

resource_link as (
    select source_key, resource_id
    from {{ ref('xref_resource') }}
    where system = 'performance'
),

network_resource as (
    select
        resource_id,
        case when resource_type = 'site' then resource_id else site_resource_id end as site_resource_id
    from {{ ref('dim_resource') }}
)

select
    measurement.measurement_id,
    network_resource.resource_id,
    network_resource.site_resource_id,
    measurement.measured_object_key,
    measurement.element_manager,
    measurement.vendor_name,
    measurement.counter,
    cast(measurement.value as decimal(30, 12)) as value,
    measurement.is_suspect,
    cast(measurement.granularity_seconds as bigint) as granularity_seconds,
    measurement.period_start_at,
    measurement.period_end_at
from measurement
left join resource_link
    on measurement.measured_object_key = resource_link.source_key
left join network_resource
    on resource_link.resource_id = network_resource.resource_id
