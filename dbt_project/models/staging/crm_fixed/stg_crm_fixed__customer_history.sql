-- One row per customer and file date: how the register looked on each day.
-- A view: few models read it.

{{ config(materialized='view') }}

with

customer as (
    {{ all_rows('crm_fixed', 'customer') }}
)

select
    trim(customer_no) as customer_no_crm_fixed,
    {{ clean_text('family_name') }} as family_name,
    {{ clean_text('given_name') }} as given_name,
    {{ clean_text('company_name') }} as company_name,
    {{ clean_text('street') }} as street,
    {{ clean_text('postcode') }} as postcode,
    {{ clean_text('city') }} as city,
    {{ clean_text('phone') }} as phone,
    lower({{ clean_text('email') }}) as email,
    birth_date,
    {{ clean_text('status') }} as status,
    cast(created_at as timestamp) as created_at,
    created_at_source,
    cast(updated_at as timestamp) as updated_at,
    updated_at_source,
    file_date,
    {{ load_metadata() }}
from customer
