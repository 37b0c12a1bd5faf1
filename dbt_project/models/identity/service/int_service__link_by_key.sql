-- Service records that one system ties together by a key. Grain: left_record_id, right_record_id, rule.
-- An IMSI links only where inventory lists its SIM under one service, or by the number in force where it lists several.

with

record as (

    select * from {{ ref('int_service__conformed') }}

),

resource as (

    select * from {{ ref('int_resource__conformed') }}

),

supporting_resource as (

    select * from {{ ref('int_service__supporting_resource') }}

),

sim_service as (

    select
        resource.imsi,
        {{ record_id('inventory', 'service', 'supporting_resource.service_id_inventory') }} as record_id,
        count(*) over (partition by resource.imsi) as service_count
    from supporting_resource
    inner join resource
        on resource.system = 'inventory'
        and supporting_resource.resource_id_inventory = resource.source_key
        and resource.resource_type = 'sim'
    inner join record
        on record.system = 'inventory'
        and supporting_resource.service_id_inventory = record.source_key
    where resource.imsi is not null

),

product_link as (

    select
        subscription.record_id as left_record_id,
        product.record_id as right_record_id
    from record as subscription
    inner join record as product
        on subscription.product_reference = product.source_key
        and product.system in ('crm', 'crm_fixed')
    where subscription.system = 'billing'

)

select
    product.record_id as left_record_id,
    service.record_id as right_record_id,
    'inventory_service' as rule
from record as product
inner join record as service
    on product.service_reference = service.record_id
union all
select
    left_record_id,
    right_record_id,
    'product_reference' as rule
from product_link
union all
select
    subscriber.record_id as left_record_id,
    service.record_id as right_record_id,
    'sim_imsi' as rule
from record as subscriber
inner join sim_service
    on subscriber.imsi = sim_service.imsi
inner join record as service
    on sim_service.record_id = service.record_id
where subscriber.system = 'subscribers'
    and (sim_service.service_count = 1 or subscriber.service_number = service.service_number)
union all
-- billing's own IMSI counts only where its product number leads nowhere: it goes stale with the first SIM swap
select
    subscription.record_id as left_record_id,
    sim_service.record_id as right_record_id,
    'billed_imsi' as rule
from record as subscription
inner join sim_service
    on subscription.imsi = sim_service.imsi
    and sim_service.service_count = 1
left join product_link
    on subscription.record_id = product_link.left_record_id
where subscription.system = 'billing'
    and product_link.left_record_id is null
union all
select
    subscription.record_id as left_record_id,
    subscriber.record_id as right_record_id,
    'billed_imsi' as rule
from record as subscription
inner join record as subscriber
    on subscription.imsi = subscriber.imsi
    and subscriber.system = 'subscribers'
left join product_link
    on subscription.record_id = product_link.left_record_id
where subscription.system = 'billing'
    and product_link.left_record_id is null
