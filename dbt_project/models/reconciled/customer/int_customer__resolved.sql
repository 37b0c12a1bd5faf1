-- The golden customer: per attribute the claim that counts, its system, every system's claim beside it, and whether they differ.
-- Grain: customer_id. The parts of name and address are read from the record whose name or address won.

{% set systems = conformed_systems('customer') %}

with

claim as (

    select * from {{ ref('int_customer__claim') }}

),

record as (

    select * from {{ ref('int_customer__conformed') }}

),

size as (

    select
        cluster.customer_id,
        -- each system tells when it got to know the customer: not a contradiction, the first one counts
        min({{ local_date('record.known_since_at') }}) as customer_since_date,
        count(*) as record_count,
        count(distinct record.system) as system_count
    from {{ ref('int_customer__cluster') }} as cluster
    inner join record
        on cluster.record_id = record.record_id
    group by cluster.customer_id

),

winner as (

    select
        entity_id as customer_id,
        max(case when attribute = 'name' and is_winner then record_id end) as name_record_id,
        max(case when attribute = 'address' and is_winner then record_id end) as address_record_id,
        max(case when attribute = 'phone' and is_winner then record_id end) as phone_record_id,
        {{ resolved_attribute('customer_type', systems) }},
        {{ resolved_attribute('name', systems) }},
        {{ resolved_attribute('birth_date', systems, 'date') }},
        {{ resolved_attribute('vat_number', systems) }},
        {{ resolved_attribute('email', systems) }},
        {{ resolved_attribute('phone', systems) }},
        {{ resolved_attribute('address', systems) }},
        {{ resolved_attribute('status', systems) }}
    from claim
    group by entity_id

)

select
    winner.*,
    name_record.given_name,
    name_record.family_name,
    name_record.company_name,
    phone_record.phone_key,
    address_record.street,
    address_record.postcode,
    address_record.city,
    address_record.country_code,
    size.customer_since_date,
    size.record_count,
    size.system_count
from winner
inner join size
    on winner.customer_id = size.customer_id
left join record as name_record
    on winner.name_record_id = name_record.record_id
left join record as address_record
    on winner.address_record_id = address_record.record_id
left join record as phone_record
    on winner.phone_record_id = phone_record.record_id
