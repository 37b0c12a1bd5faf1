-- Who says which number belongs to a service record, and when: one row per claim of a system. Grain: record_id, system, number_type,
-- number_value, valid_from. The register's claims follow its daily dumps; the other systems know one number per record.

with

record as (

    select * from {{ ref('int_service__conformed') }}

)

select
    record_id,
    system,
    number_type,
    service_number as number_value,
    valid_from,
    valid_to
from record
where service_number is not null
    and system <> 'subscribers'
    and valid_from < valid_to
union all
select
    record_id,
    'subscribers' as system,
    'msisdn' as number_type,
    service_number as number_value,
    valid_from,
    valid_to
from {{ ref('int_service__register_claim') }}
where service_number is not null
