-- The golden product, with the service that realises it. Grain: product_id.

{% set systems = conformed_systems('product') %}

with

winner as (

    select
        entity_id as product_id,
        {{ resolved_attribute('customer', systems) }},
        {{ resolved_attribute('billing_account', systems) }},
        {{ resolved_attribute('product_offering', systems) }},
        {{ resolved_attribute('product_name', systems) }},
        {{ resolved_attribute('status', systems) }},
        {{ resolved_attribute('started_at', systems, 'timestamp') }},
        {{ resolved_attribute('terminated_at', systems, 'timestamp') }}
    from {{ ref('int_product__claim') }}
    group by entity_id

),

member as (

    select
        cluster.product_id,
        cluster.senior_record_id,
        conformed.record_id,
        conformed.needs_network_service,
        service_cluster.service_id,
        row_number() over (
            partition by cluster.product_id
            order by
                case when service_cluster.service_id is null then 1 else 0 end asc nulls last,
                case when conformed.record_id = cluster.senior_record_id then 0 else 1 end asc nulls last,
                coalesce(conformed.terminated_at, {{ open_end() }}) desc nulls last,
                conformed.record_id asc nulls last
        ) as service_choice
    from {{ ref('int_product__cluster') }} as cluster
    inner join {{ ref('int_product__conformed') }} as conformed
        on cluster.record_id = conformed.record_id
    left join {{ ref('int_service__cluster') }} as service_cluster
        on conformed.record_id = service_cluster.record_id

),

senior as (

    select
        record_id,
        system,
        source_key,
        needs_network_service
    from {{ ref('int_product__conformed') }}

)

select
    winner.*,
    member.service_id,
    senior.system as source_system,
    senior.source_key as product_id_source,
    senior.needs_network_service
from winner
inner join member
    on winner.product_id = member.product_id
    and member.service_choice = 1
inner join senior
    on member.senior_record_id = senior.record_id
