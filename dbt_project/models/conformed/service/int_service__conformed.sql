-- Service records of all systems in canonical columns, numbers in international digits beside the source's spelling.
-- Grain: record_id. valid_from/valid_to are what the record claims of itself, half-open, without nulls.

with

record as (
    {{ conformed_records('service', [
        'record_id', 'system', 'entity', 'source_key', 'customer_reference', 'customer_record_id', 'service_reference',
        'product_reference', 'service_type', 'service_name', 'written_number', 'number_type', 'imsi', 'profile',
        'status_code', 'status', 'needs_network_service', 'known_since_at', 'started_at', 'ended_at', 'changed_at'
    ]) }}
),

customer as (

    select
        record_id,
        source_key,
        system
    from {{ ref('int_customer__conformed') }}
    where system in ('crm', 'crm_fixed')

)

select
    record.record_id,
    record.system,
    record.entity,
    record.source_key,
    coalesce(record.customer_record_id, crm_customer.record_id, crm_fixed_customer.record_id) as customer_record_id,
    record.service_reference,
    record.product_reference,
    record.service_type,
    record.service_name,
    record.written_number,
    {{ number_key('record.written_number') }} as service_number,
    record.number_type,
    record.imsi,
    record.profile,
    record.status_code,
    record.status,
    record.needs_network_service,
    record.known_since_at,
    record.started_at,
    record.ended_at,
    coalesce(record.started_at, {{ open_start() }}) as valid_from,
    coalesce(record.ended_at, {{ open_end() }}) as valid_to,
    record.changed_at
from record
left join customer as crm_customer
    on record.customer_reference = crm_customer.source_key
    and crm_customer.system = 'crm'
left join customer as crm_fixed_customer
    on record.customer_reference = crm_fixed_customer.source_key
    and crm_fixed_customer.system = 'crm_fixed'
