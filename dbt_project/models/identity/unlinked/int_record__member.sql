-- Every record of every entity with the ID of its cluster, what it points at, and what a person needs to recognise it.
-- Grain: entity, record_id. Feeds core's list of source records and the search for records without the counterpart that the seed
-- `counterpart` expects.

with

network_profile as (

    select * from {{ ref('network_profile') }}

)

select
    'customer' as entity,
    record.record_id,
    record.system,
    record.entity as source_entity,
    record.source_key,
    cluster.customer_id as entity_id,
    record.customer_name as label,
    case when record.system = 'billing' then coalesce(record.customer_id_crm, record.customer_no_crm_fixed) end as reference,
    record.status,
    record.known_since_at,
    coalesce(record.status, 'active') <> 'closed' as is_live,
    true as is_expected
from {{ ref('int_customer__conformed') }} as record
inner join {{ ref('int_customer__cluster') }} as cluster
    on record.record_id = cluster.record_id
union all
select
    'billing_account' as entity,
    record.record_id,
    record.system,
    record.entity as source_entity,
    record.source_key,
    cluster.billing_account_id as entity_id,
    record.account_name as label,
    cast(null as string) as reference,
    record.status,
    coalesce(record.known_since_at, record.opened_at) as known_since_at,
    coalesce(record.status, 'active') <> 'closed' as is_live,
    true as is_expected
from {{ ref('int_billing_account__conformed') }} as record
inner join {{ ref('int_billing_account__cluster') }} as cluster
    on record.record_id = cluster.record_id
union all
select
    'product' as entity,
    record.record_id,
    record.system,
    record.entity as source_entity,
    record.source_key,
    cluster.product_id as entity_id,
    record.product_name as label,
    record.product_reference as reference,
    record.status,
    coalesce(record.known_since_at, record.started_at) as known_since_at,
    coalesce(record.status, 'active') not in ('terminated', 'cancelled') as is_live,
    coalesce(record.status, 'active') not in ('pending', 'cancelled') as is_expected
from {{ ref('int_product__conformed') }} as record
inner join {{ ref('int_product__cluster') }} as cluster
    on record.record_id = cluster.record_id
union all
select
    'service' as entity,
    record.record_id,
    record.system,
    record.entity as source_entity,
    record.source_key,
    cluster.service_id as entity_id,
    record.service_number as label,
    coalesce(record.service_reference, record.product_reference) as reference,
    record.status,
    coalesce(record.known_since_at, record.started_at) as known_since_at,
    coalesce(record.status, 'active') <> 'terminated' as is_live,
    record.needs_network_service
    and coalesce(record.status, 'active') <> 'pending'
    and coalesce(network_profile.is_billable, true) as is_expected
from {{ ref('int_service__conformed') }} as record
inner join {{ ref('int_service__cluster') }} as cluster
    on record.record_id = cluster.record_id
left join network_profile
    on upper(record.profile) = network_profile.profile
union all
select
    'resource' as entity,
    record.record_id,
    record.system,
    record.entity as source_entity,
    record.source_key,
    cluster.resource_id as entity_id,
    coalesce(record.resource_name, record.imsi) as label,
    cast(null as string) as reference,
    record.operational_state as status,
    coalesce(record.known_since_at, record.started_at) as known_since_at,
    record.ended_at is null as is_live,
    true as is_expected
from {{ ref('int_resource__conformed') }} as record
inner join {{ ref('int_resource__cluster') }} as cluster
    on record.record_id = cluster.record_id
