-- The two registries tell one story: an ID is live exactly while records have it, every known ID has one current row, and the current
-- members are those of the clusters. When it fails, a publication was changed by hand, or a rule of macro durable_identity is broken.

with

standing as (

    select
        entity,
        entity_id,
        sum(case when is_current then 1 else 0 end) as current_rows,
        max(case when is_current and is_live then 1 else 0 end) as is_live
    from {{ ref('dim_identity') }}
    group by entity, entity_id

),

member as (

    select
        entity,
        entity_id,
        max(case when is_current then 1 else 0 end) as has_records
    from {{ ref('bridge_identity_record') }}
    group by entity, entity_id

),

clustered as (
    {% call(entity) union_of_entities() -%}
    select
        '{{ entity }}' as entity,
        record_id,
        {{ entity }}_id as entity_id
    from {{ ref('int_' ~ entity ~ '__cluster') }}
    {%- endcall %}
),

present as (

    select
        entity,
        record_id,
        entity_id
    from {{ ref('bridge_identity_record') }}
    where is_current

)

select
    'live without records, or the reverse' as problem,
    coalesce(standing.entity, member.entity) as entity,
    coalesce(standing.entity_id, member.entity_id) as subject
from standing
full outer join member
    on standing.entity = member.entity
    and standing.entity_id = member.entity_id
where coalesce(standing.is_live, -1) <> coalesce(member.has_records, -1)
    or coalesce(standing.current_rows, 0) <> 1
union all
select
    'members are not those of the clusters' as problem,
    coalesce(clustered.entity, present.entity) as entity,
    coalesce(clustered.record_id, present.record_id) as subject
from clustered
full outer join present
    on clustered.entity = present.entity
    and clustered.record_id = present.record_id
where coalesce(clustered.entity_id, '') <> coalesce(present.entity_id, '')
