-- What the linker compares: one customer record in the columns that analytics.identity reads, as its system spells them.
-- Grain: record_id. Placeholders (seed junk_value) and contacts that more people share than a household has members are left out
-- here, by the same rules as everywhere in identity; the linker's own normal forms begin where these end.

with

record as (

    select * from {{ ref('int_customer__conformed') }}

),

contact as (

    select * from {{ ref('int_customer__crm_contact') }}

),

junk_value as (

    select * from {{ ref('junk_value') }}

),

unusable as (

    select * from {{ ref('int_customer__identifier') }}
    where not is_usable

),

written as (

    select record_id, email, phone
    from record
    union all
    -- a CRM party may have several: all of them are its own
    select
        record.record_id,
        contact.email,
        contact.phone
    from record
    inner join contact
        on record.party_record_id = {{ record_id('crm', 'party', 'contact.party_id') }}

),

contacts as (

    select
        written.record_id,
        {{ distinct_array("case when unusable_email.record_id is null then written.email end") }} as emails,
        {{ distinct_array("case when unusable_phone.record_id is null then written.phone end") }} as phones
    from written
    left join unusable as unusable_email
        on written.record_id = unusable_email.record_id
        and unusable_email.identifier_type = 'email'
        and {{ email_key('written.email') }} = unusable_email.identifier_value
    left join unusable as unusable_phone
        on written.record_id = unusable_phone.record_id
        and unusable_phone.identifier_type = 'phone'
        and {{ number_key('written.phone') }} = unusable_phone.identifier_value
    group by written.record_id

),

party as (

    select
        record_id,
        system,
        party_type,
        coalesce(given_name, owner_given_name) as given_name,
        coalesce(family_name, owner_family_name) as family_name,
        company_name,
        coalesce(birth_date, owner_birth_date) as birth_date,
        vat_number,
        vat_key,
        street,
        postcode,
        city,
        country_code,
        customer_number_key
    from record

)

select
    party.record_id,
    party.system,
    party.party_type,
    case when junk_given_name.value is null then party.given_name end as given_name,
    case when junk_family_name.value is null then party.family_name end as family_name,
    case when junk_company_name.value is null then party.company_name end as company_name,
    case when junk_birth_date.value is null then party.birth_date end as birth_date,
    contacts.emails,
    contacts.phones,
    case when unusable_vat.record_id is null then party.vat_number end as vat_number,
    party.street,
    party.postcode,
    party.city,
    party.country_code,
    party.customer_number_key as customer_number
from party
inner join contacts
    on party.record_id = contacts.record_id
left join junk_value as junk_given_name
    on junk_given_name.identifier_type = 'name'
    and {{ name_key('party.given_name') }} = junk_given_name.value
left join junk_value as junk_family_name
    on junk_family_name.identifier_type = 'name'
    and {{ name_key('party.family_name') }} = junk_family_name.value
left join junk_value as junk_company_name
    on junk_company_name.identifier_type = 'name'
    and {{ name_key('party.company_name') }} = junk_company_name.value
left join junk_value as junk_birth_date
    on junk_birth_date.identifier_type = 'birth_date'
    and cast(party.birth_date as string) = junk_birth_date.value
left join unusable as unusable_vat
    on party.record_id = unusable_vat.record_id
    and unusable_vat.identifier_type = 'vat'
    and party.vat_key = unusable_vat.identifier_value
