-- The acquired company's contracts in canonical columns. Grain: one row per contract.
-- Its tariff is the catalogue's billing code in the old company's spelling; int_product__conformed resolves both.

{{ config(materialized='view') }}

with

contract as (

    select * from {{ ref('stg_crm_fixed__product') }}

)

select
    {{ record_id('crm_fixed', 'product', 'contract_no_crm_fixed') }} as record_id,
    'crm_fixed' as system,
    'product' as entity,
    contract_no_crm_fixed as source_key,
    {{ record_id('crm_fixed', 'customer', 'customer_no_crm_fixed') }} as customer_record_id,
    cast(null as string) as account_record_id,
    cast(null as string) as product_reference,
    tariff_code as offering_reference,
    cast(null as string) as product_name,
    status as status_code,
    started_at as known_since_at,
    started_at,
    terminated_at,
    cast(null as timestamp) as changed_at
from contract
