-- Service records that one system ties together by a key. Grain: left_record_id, right_record_id, rule.
-- An IMSI links only where inventory lists its SIM under one service; where it lists several, to the last one with the number in force.

with

record as (

    select * from {{ ref('int_service__conformed') }}

),

sim_service as (

    select
        imsi,
        record_id,
        valid_to as served_to,
        count(*) over (partition by imsi) as service_count
    from (
        select
            resource.imsi,
            record.record_id,
            max(record.valid_to) as valid_to
        from {{ ref('int_service__supporting_resource') }} as supporting_resource
        inner join {{ ref('int_resource__conformed') }} as resource
            on resource.system = 'inventory'
            and supporting_resource.resource_id_inventory = resource.source_key
            and resource.resource_type = 'sim'
        inner join record
            on record.system = 'inventory'
            and supporting_resource.service_id_inventory = record.source_key
        where resource.imsi is not null
        group by resource.imsi, record.record_id
    ) as listed

),

-- the services that a SIM had in turn are not one: the register's record joins the last of them
subscriber_service as (

    select
        subscriber.record_id as left_record_id,
        sim_service.record_id as right_record_id,
        row_number() over (
            partition by subscriber.record_id
            order by sim_service.served_to desc nulls last, sim_service.record_id asc nulls last
        ) as choice
    from record as subscriber
    inner join sim_service
        on subscriber.imsi = sim_service.imsi
    inner join record as service
        on sim_service.record_id = service.record_id
    where subscriber.system = 'subscribers'
        and (sim_service.service_count = 1 or subscriber.service_number = service.service_number)

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
    left_record_id,
    right_record_id,
    'sim_imsi' as rule
from subscriber_service
where choice = 1
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
