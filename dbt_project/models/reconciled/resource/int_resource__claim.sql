-- What each resource record claims, attribute by attribute, and which claim counts. Grain: resource (entity_id), attribute, record_id.
-- Names are compared by what they mean (site 42, cell 3), not letter by letter.

with

member as (

    select
        conformed.*,
        cluster.resource_id as entity_id,
        site_cluster.resource_id as site_resource_id,
        parent_cluster.resource_id as parent_resource_id,
        conformed.ended_at is null as is_live
    from {{ ref('int_resource__conformed') }} as conformed
    inner join {{ ref('int_resource__cluster') }} as cluster
        on conformed.record_id = cluster.record_id
    left join {{ ref('int_resource__cluster') }} as site_cluster
        on conformed.site_record_id = site_cluster.record_id
    left join {{ ref('int_resource__cluster') }} as parent_cluster
        on conformed.parent_record_id = parent_cluster.record_id

),

claim as (
    {{ claim_rows('resource', 'member', [
        ('resource_name', 'resource_name', 'plant_key'),
        ('resource_type', 'resource_type', 'resource_type'),
        ('imsi', 'imsi', 'imsi'),
        ('iccid', 'iccid', 'iccid_key'),
        ('technology', 'technology', 'lower(technology)'),
        ('operational_state', 'operational_state', 'operational_state'),
        ('site', 'site_resource_id', 'site_resource_id'),
        ('parent', 'parent_resource_id', 'parent_resource_id'),
        ('latitude', 'latitude', 'latitude'),
        ('longitude', 'longitude', 'longitude'),
        ('valid_from', 'started_at', local_date('started_at')),
        ('valid_to', 'ended_at', last_local_date('ended_at')),
    ]) }}
),

ranked as (
    {{ ranked_claims('resource', 'claim') }}
)

select * from ranked
