-- Customer records of all systems side by side, in canonical (TM Forum SID) columns, each original beside its normal form.
-- Grain: one row per source record (record_id). Nothing is decided here: who is who comes next, who is right after that.

with

record as (
    {{ conformed_records('customer', [
        'record_id', 'system', 'entity', 'source_key', 'party_record_id', 'party_id_crm', 'customer_id_crm',
        'customer_no_crm_fixed',
        'customer_type', 'party_type', 'customer_name', 'given_name', 'family_name', 'company_name', 'vat_number', 'email', 'phone',
        'street', 'postcode', 'city', 'country', 'status_code', 'birth_date',
        'owner_given_name', 'owner_family_name', 'owner_birth_date', 'known_since_at', 'closed_at', 'changed_at'
    ]) }}
),

status_vocabulary as (

    select * from {{ ref('status_vocabulary') }}
    where entity = 'customer'

),

country_code as (

    select * from {{ ref('country_name') }}

)

select
    record.record_id,
    record.system,
    record.entity,
    record.source_key,
    record.party_record_id,
    record.party_id_crm,
    record.customer_id_crm,
    record.customer_no_crm_fixed,
    {{ customer_number_key('record.customer_no_crm_fixed') }} as customer_number_key,
    record.customer_type,
    record.party_type,
    record.customer_name,
    record.given_name,
    record.family_name,
    record.company_name,
    record.vat_number,
    record.email,
    record.phone,
    record.street,
    record.postcode,
    record.city,
    coalesce(country_code.country_code, '{{ var("home_country", "DE") }}') as country_code,
    record.status_code,
    status_vocabulary.canonical_value as status,
    {{ name_key('record.given_name') }} as given_name_key,
    {{ name_key('split_part(' ~ folded_text('record.given_name') ~ ", ' ', 1)") }} as first_given_name_key,
    {{ name_key('record.family_name') }} as family_name_key,
    {{ company_key('record.company_name') }} as company_key,
    nullif({{ regexp_replace_all('upper(record.vat_number)', '[^A-Z0-9]', '') }}, '') as vat_key,
    {{ email_key('record.email') }} as email_key,
    {{ number_key('record.phone') }} as phone_key,
    {{ street_key('record.street') }} as street_key,
    {{ postcode_key('record.postcode', 'country_code.country_code') }} as postcode_key,
    {{ name_key('record.city') }} as city_key,
    record.birth_date,
    record.owner_given_name,
    record.owner_family_name,
    record.owner_birth_date,
    record.known_since_at,
    record.closed_at,
    record.changed_at
from record
left join status_vocabulary
    on record.system = status_vocabulary.system
    and {{ code_key('record.status_code') }} = status_vocabulary.source_value
left join country_code
    on {{ code_key('record.country') }} = country_code.source_value
