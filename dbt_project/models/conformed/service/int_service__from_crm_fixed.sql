-- The acquired company's contracts that stand for a line, as services in canonical columns. Grain: one row per such contract.

{{ config(materialized='view') }}

with

product as (

    select * from {{ ref('int_product__conformed') }}
    where system = 'crm_fixed'

),

contract as (

    select * from {{ ref('stg_crm_fixed__product') }}

)

select
    product.record_id,
    product.system,
    product.entity,
    product.source_key,
    cast(null as string) as customer_reference,
    product.customer_record_id,
    cast(null as string) as service_reference,
    cast(null as string) as product_reference,
    'fixed' as service_type,
    cast(null as string) as service_name,
    contract.line_number as written_number,
    case when contract.line_number is not null then 'line' end as number_type,
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
inner join contract
    on product.source_key = contract.contract_no_crm_fixed
where product.needs_network_service
    or contract.line_number is not null
