-- The CRM's products (TMF637) in canonical columns. Grain: one row per CRM product.

{{ config(materialized='view') }}

with

product as (

    select * from {{ ref('stg_crm__product') }}

),

read as (

    select
        *,
        {{ related_party_id('related_party', 'customer') }} as customer_id_crm
    from product

)

select
    {{ record_id('crm', 'product', 'product_id_crm') }} as record_id,
    'crm' as system,
    'product' as entity,
    product_id_crm as source_key,
    {{ record_id('crm', 'customer', 'customer_id_crm') }} as customer_record_id,
    {{ record_id('billing', 'account', 'account_id_billing') }} as account_record_id,
    cast(null as string) as product_reference,
    product_offering_id as offering_reference,
    product_name,
    status as status_code,
    started_at as known_since_at,
    started_at,
    terminated_at,
    cast(null as timestamp) as changed_at
from read
