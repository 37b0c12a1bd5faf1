-- One row per customer: who they are as the systems together say, with the system that each detail comes from.

with

resolved as (

    select * from {{ ref('int_customer__resolved') }}

)

select
    customer_id,
    customer_type,
    name as customer_name,
    given_name,
    family_name,
    company_name,
    vat_number,
    email,
    '+' || phone_key as phone,
    street,
    postcode,
    city,
    country_code,
    coalesce(status, 'active') as status,
    cast(system_count as integer) as system_count,
    cast(record_count as integer) as record_count,
    birth_date,
    customer_since_date,
    {{- resolved_provenance('customer') }}
from resolved
