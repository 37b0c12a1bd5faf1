-- Product records of all systems in canonical columns, each with the catalogue offering that its own system names.
-- Grain: record_id. The CRM names an offering by catalogue id, billing and the acquired company by billing code.

with

record as (
    {{ conformed_records('product', [
        'record_id', 'system', 'entity', 'source_key', 'customer_record_id', 'account_record_id', 'product_reference',
        'offering_reference', 'product_name', 'status_code', 'known_since_at', 'started_at', 'terminated_at', 'changed_at'
    ]) }}
),

status_vocabulary as (

    select * from {{ ref('status_vocabulary') }}
    where entity = 'product'

),

offering as (

    select
        product_offering_id,
        offering_name,
        service_specification,
        {{ catalogue_characteristic_value('characteristic', 'billingCode') }} as billing_code
    from {{ ref('stg_catalog__product_offering') }}

),

offering_name as (

    select
        product_offering_id,
        upper(product_offering_id) as reference_key,
        offering_name,
        service_specification
    from offering
    union
    select
        product_offering_id,
        upper(billing_code) as reference_key,
        offering_name,
        service_specification
    from offering
    where billing_code is not null

)

select
    record.record_id,
    record.system,
    record.entity,
    record.source_key,
    record.customer_record_id,
    record.account_record_id,
    record.product_reference,
    record.offering_reference,
    offering_name.product_offering_id,
    coalesce(record.product_name, offering_name.offering_name) as product_name,
    record.status_code,
    status_vocabulary.canonical_value as status,
    -- unknown offering: taken to need a service, so that a missing one shows
    offering_name.product_offering_id is null or offering_name.service_specification is not null as needs_network_service,
    record.known_since_at,
    record.started_at,
    record.terminated_at,
    record.changed_at
from record
left join status_vocabulary
    on record.system = status_vocabulary.system
    and {{ code_key('record.status_code') }} = status_vocabulary.source_value
left join offering_name
    on upper(record.offering_reference) = offering_name.reference_key
