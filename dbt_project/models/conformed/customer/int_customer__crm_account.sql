-- The billing accounts that CRM lists under each customer. Grain: customer_id_crm, account_id_billing.

{{ config(materialized='view') }}

with

customer as (

    select * from {{ ref('stg_crm__customer') }}

),

listed as (

    select
        customer.customer_id_crm,
        {{ json_text('account.element', '$.id') }} as account_id_billing
    from customer
    {{ json_array_elements('customer.account', 'account') }}

)

select distinct
    customer_id_crm,
    account_id_billing
from listed
where account_id_billing is not null
