-- One row per individual in the latest counted load.

with

individual as (
    {{ current_rows('crm', 'individual') }}
)

select
    id as individual_id_crm,
    {{ payload_text('$.givenName') }} as given_name,
    {{ payload_text('$.familyName') }} as family_name,
    {{ payload_value('$.birthDate', 'date') }} as birth_date,
    {{ payload_text('$.status') }} as status,
    {{ payload_json('$.contactMedium') }} as contact_medium,
    {{ payload_json('$.externalReference') }} as external_reference,
    {{ load_metadata() }}
from individual
