-- One row per agreement in the latest counted load.

with

agreement as (
    {{ current_rows('crm', 'agreement') }}
)

select
    id as agreement_id,
    {{ payload_text('$.name') }} as agreement_name,
    {{ payload_text('$.agreementType') }} as agreement_type,
    {{ payload_text('$.status') }} as status,
    {{ payload_text('$.engagedParty[0].id') }} as customer_id_crm,
    {{ payload_timestamp('$.initialDate') }} as signed_at,
    {{ payload_timestamp('$.agreementPeriod.startDateTime') }} as valid_from,
    {{ payload_timestamp('$.agreementPeriod.endDateTime') }} as valid_to,
    {{ payload_json('$.agreementItem') }} as agreement_item,
    {{ load_metadata() }}
from agreement
