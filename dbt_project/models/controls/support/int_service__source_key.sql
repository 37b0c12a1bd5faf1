-- The latest key of a service in each system that names it, for the source keys of a finding. Grain: service_id.

with

links as (
    select
        service_id,
        system,
        entity,
        source_key,
        row_number() over (
            partition by service_id, system, entity
            order by valid_to desc nulls last, valid_from desc nulls last, source_key nulls last
        ) as recency
    from {{ ref('xref_service') }}
    where service_id is not null
)

select
    service_id,
    max(case when system = 'crm' and entity = 'product' then source_key end) as product_key_crm,
    max(case when system = 'crm_fixed' and entity = 'product' then source_key end) as product_key_crm_fixed,
    max(case when system = 'inventory' and entity = 'service' then source_key end) as service_key_inventory,
    max(case when system = 'subscribers' and entity = 'subscriber' then source_key end) as subscriber_key
from links
where recency = 1
group by service_id
