-- The CRM's products that stand for a service, as services in canonical columns. Grain: one row per such CRM product.
-- A product without number, without realising service and with an offering that needs none (insurance) is no service.

{{ config(materialized='view') }}

with

product as (

    select * from {{ ref('int_product__conformed') }}
    where system = 'crm'

),

read as (

    select
        product_id_crm,
        service_id_inventory,
        {{ characteristic_value('product_characteristic', 'msisdn') }} as msisdn,
        {{ characteristic_value('product_characteristic', 'lineNumber') }} as line_number
    from {{ ref('stg_crm__product') }}

)

select
    product.record_id,
    product.system,
    product.entity,
    product.source_key,
    cast(null as string) as customer_reference,
    product.customer_record_id,
    {{ record_id('inventory', 'service', 'read.service_id_inventory') }} as service_reference,
    cast(null as string) as product_reference,
    case when read.msisdn is not null then 'mobile' when read.line_number is not null then 'fixed' end as service_type,
    cast(null as string) as service_name,
    coalesce(read.msisdn, read.line_number) as written_number,
    case when read.msisdn is not null then 'msisdn' when read.line_number is not null then 'line' end as number_type,
    cast(null as string) as imsi,
    cast(null as string) as profile,
    product.status_code,
    case when product.status = 'cancelled' then 'terminated' else product.status end as status,
    product.needs_network_service,
    product.known_since_at,
    product.started_at,
    product.terminated_at as ended_at,
    product.changed_at
from product
inner join read
    on product.source_key = read.product_id_crm
where product.needs_network_service
    or read.service_id_inventory is not null
    or coalesce(read.msisdn, read.line_number) is not null
