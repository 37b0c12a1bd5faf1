-- One row per organization in the latest counted load.

with

organization as (
    {{ current_rows('crm', 'organization') }}
)

select
    id as organization_id_crm,
    {{ payload_text('$.tradingName') }} as trading_name,
    {{ payload_text('$.name') }} as legal_name,
    {{ payload_text('$.organizationType') }} as organization_type,
    {{ payload_text('$.organizationIdentification[0].identificationId') }} as vat_number,
    {{ payload_text('$.status') }} as status,
    {{ payload_json('$.contactMedium') }} as contact_medium,
    {{ load_metadata() }}
from organization
