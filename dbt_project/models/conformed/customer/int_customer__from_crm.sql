-- The CRM's customers in canonical columns: the customer role (TMF629) with the party behind it (TMF632).
-- Grain: one row per CRM customer. Contact details are the party's first ranked ones; the rest stay in int_customer__crm_contact.

{{ config(materialized='view') }}

with

customer as (

    select * from {{ ref('stg_crm__customer') }}

),

individual as (

    select * from {{ ref('stg_crm__individual') }}

),

organization as (

    select * from {{ ref('stg_crm__organization') }}

),

contact as (

    select * from {{ ref('int_customer__crm_contact') }}
    where type_rank = 1

)

select
    {{ record_id('crm', 'customer', 'customer.customer_id_crm') }} as record_id,
    'crm' as system,
    'customer' as entity,
    customer.customer_id_crm as source_key,
    {{ record_id('crm', 'party', 'customer.engaged_party_id') }} as party_record_id,
    customer.engaged_party_id as party_id_crm,
    customer.customer_id_crm,
    cast(null as string) as customer_no_crm_fixed,
    case
        when organization.organization_id_crm is not null then 'company'
        when individual.individual_id_crm is not null then 'person'
        when lower(customer.engaged_party_type) = 'organization' then 'company'
        else 'person'
    end as customer_type,
    case
        when {{ code_key('organization.organization_type') }} in (
            'soletrader', 'soleproprietor', 'soleproprietorship', 'selfemployed', 'einzelunternehmen', 'einzelunternehmer', 'freiberufler'
        )
            then 'sole_trader'
        when organization.organization_id_crm is not null then 'company'
        when individual.individual_id_crm is not null then 'person'
        when lower(customer.engaged_party_type) = 'organization' then 'company'
        else 'person'
    end as party_type,
    case
        when organization.organization_id_crm is not null
            then coalesce(organization.legal_name, organization.trading_name, customer.customer_name)
        else coalesce(nullif(concat_ws(' ', individual.given_name, individual.family_name), ''), customer.customer_name)
    end as customer_name,
    individual.given_name,
    individual.family_name,
    case
        when organization.organization_id_crm is not null
            then coalesce(organization.legal_name, organization.trading_name, customer.customer_name)
    end as company_name,
    organization.vat_number,
    email.email,
    phone.phone,
    address.street,
    address.postcode,
    address.city,
    address.country,
    customer.status as status_code,
    individual.birth_date,
    cast(null as string) as owner_given_name,
    cast(null as string) as owner_family_name,
    cast(null as date) as owner_birth_date,
    customer.valid_from as known_since_at,
    customer.valid_to as closed_at,
    cast(null as timestamp) as changed_at
from customer
left join individual
    on customer.engaged_party_id = individual.individual_id_crm
left join organization
    on customer.engaged_party_id = organization.organization_id_crm
left join contact as email
    on customer.engaged_party_id = email.party_id
    and email.medium_type = 'email'
left join contact as phone
    on customer.engaged_party_id = phone.party_id
    and phone.medium_type = 'phone'
left join contact as address
    on customer.engaged_party_id = address.party_id
    and address.medium_type = 'address'
