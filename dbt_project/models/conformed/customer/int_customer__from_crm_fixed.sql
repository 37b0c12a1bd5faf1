-- The acquired company's customers in canonical columns, from its latest dump.
-- Grain: one row per customer number. A row with a company name is a company; its person fields are then a contact person, or,
-- when a birth date stands beside them, the owner: only a sole trader's business has one.

{{ config(materialized='view') }}

with

customer as (

    select * from {{ ref('stg_crm_fixed__customer') }}

)

select
    {{ record_id('crm_fixed', 'customer', 'customer_no_crm_fixed') }} as record_id,
    'crm_fixed' as system,
    'customer' as entity,
    customer_no_crm_fixed as source_key,
    cast(null as string) as party_record_id,
    cast(null as string) as party_id_crm,
    cast(null as string) as customer_id_crm,
    customer_no_crm_fixed,
    case when company_name is not null then 'company' else 'person' end as customer_type,
    case
        when company_name is null then 'person'
        when birth_date is not null then 'sole_trader'
        else 'company'
    end as party_type,
    coalesce(company_name, nullif(concat_ws(' ', given_name, family_name), '')) as customer_name,
    case when company_name is null then given_name end as given_name,
    case when company_name is null then family_name end as family_name,
    company_name,
    cast(null as string) as vat_number,
    email,
    phone,
    street,
    postcode,
    city,
    cast(null as string) as country,
    status as status_code,
    case when company_name is null then birth_date end as birth_date,
    case when company_name is not null and birth_date is not null then given_name end as owner_given_name,
    case when company_name is not null and birth_date is not null then family_name end as owner_family_name,
    case when company_name is not null then birth_date end as owner_birth_date,
    created_at as known_since_at,
    cast(null as timestamp) as closed_at,
    updated_at as changed_at
from customer
