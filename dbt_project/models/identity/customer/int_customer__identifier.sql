-- Every e-mail, phone and VAT number that identifies a customer record, and whether it may be used to link.
-- Grain: record_id, identifier_type, identifier_value. Placeholders (seed junk_value) and values that more people share than
-- a household has members say nothing about who somebody is: they stay here, with the reason, and link nobody.

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

identifier as (

    select record_id, 'email' as identifier_type, email_key as identifier_value
    from record
    union
    select record_id, 'phone' as identifier_type, phone_key as identifier_value
    from record
    union
    select record_id, 'vat' as identifier_type, vat_key as identifier_value
    from record
    union
    -- a CRM party may have several: all of them are its own
    select record.record_id, 'email' as identifier_type, {{ email_key('contact.email') }} as identifier_value
    from record
    inner join contact
        on record.party_record_id = {{ record_id('crm', 'party', 'contact.party_id') }}
    union
    select record.record_id, 'phone' as identifier_type, {{ number_key('contact.phone') }} as identifier_value
    from record
    inner join contact
        on record.party_record_id = {{ record_id('crm', 'party', 'contact.party_id') }}

),

sharing as (

    select
        identifier.identifier_type,
        identifier.identifier_value,
        count(distinct concat_ws(
            '|', record.family_name_key, record.first_given_name_key, record.company_key, cast(record.birth_date as string)
        )) as people_count
    from identifier
    inner join record
        on identifier.record_id = record.record_id
    where identifier.identifier_value is not null
    group by identifier.identifier_type, identifier.identifier_value

)

select
    identifier.record_id,
    identifier.identifier_type,
    identifier.identifier_value,
    sharing.people_count,
    case
        when junk_value.value is not null then 'placeholder'
        when sharing.people_count > {{ var('identity_max_people_per_identifier') }} then 'shared_by_many'
    end as unusable_reason,
    junk_value.value is null
    and sharing.people_count <= {{ var('identity_max_people_per_identifier') }} as is_usable
from identifier
inner join sharing
    on identifier.identifier_type = sharing.identifier_type
    and identifier.identifier_value = sharing.identifier_value
left join junk_value
    on identifier.identifier_type = junk_value.identifier_type
    and identifier.identifier_value = junk_value.value
