-- Inventory services that nobody sold or bills, and that a service of the same customer with the same number follows or precedes at once.
-- Grain: left_record_id (at most one link each). A line that moved house, or that was ceased and put back, is a new service to inventory
-- and the same one to everybody else. Numbers come back to others only after a quarantine, which is longer than the gap allowed here.

with

component as (

    select * from {{ ref('int_service__component') }}

),

record as (

    select * from {{ ref('int_service__conformed') }}

),

customer_cluster as (

    select * from {{ ref('int_customer__cluster') }}

),

sold_component as (

    select distinct component.senior_record_id
    from component
    inner join record
        on component.record_id = record.record_id
    where record.system in ('crm', 'crm_fixed', 'billing')

),

-- a contract of the acquired company reaches its service by number, not by key
by_number as (

    select right_record_id from {{ ref('int_service__link_by_number') }}
    union
    select right_record_id from {{ ref('int_service__link_by_beginning') }}

),

sold_by_number as (

    select distinct component.senior_record_id
    from by_number as link
    inner join component
        on link.right_record_id = component.record_id

),

inventory as (

    select
        record.record_id,
        record.number_type,
        record.service_number,
        record.valid_from,
        record.valid_to,
        component.senior_record_id,
        customer_cluster.customer_id,
        sold_component.senior_record_id is not null or sold_by_number.senior_record_id is not null as is_sold
    from record
    inner join component
        on record.record_id = component.record_id
    inner join customer_cluster
        on record.customer_record_id = customer_cluster.record_id
    left join sold_component
        on component.senior_record_id = sold_component.senior_record_id
    left join sold_by_number
        on component.senior_record_id = sold_by_number.senior_record_id
    where record.system = 'inventory'
        and record.service_number is not null

),

candidate as (

    select
        orphan.record_id as left_record_id,
        sold.record_id as right_record_id,
        greatest(
            {{ dbt.datediff('orphan.valid_to', 'sold.valid_from', 'day') }},
            {{ dbt.datediff('sold.valid_to', 'orphan.valid_from', 'day') }}
        ) as gap_days
    from inventory as orphan
    inner join inventory as sold
        on orphan.number_type = sold.number_type
        and orphan.service_number = sold.service_number
        and orphan.customer_id = sold.customer_id
        and orphan.senior_record_id <> sold.senior_record_id
        and (orphan.valid_to <= sold.valid_from or sold.valid_to <= orphan.valid_from)
    where not orphan.is_sold
        and sold.is_sold

),

ranked as (

    select
        *,
        row_number() over (
            partition by left_record_id order by gap_days asc nulls last, right_record_id asc nulls last
        ) as choice
    from candidate
    where gap_days <= {{ var('identity_max_gap_days') }}

)

select
    left_record_id,
    right_record_id,
    'same_number_in_succession' as rule,
    gap_days
from ranked
where choice = 1
