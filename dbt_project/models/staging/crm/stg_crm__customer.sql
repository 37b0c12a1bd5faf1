-- One row per customer in the latest counted load.

with

customer as (
    {{ current_rows('crm', 'customer') }}
)

select
    id as customer_id_crm,
    {{ payload_text('$.name') }} as customer_name,
    {{ payload_text('$.status') }} as status,
    {{ payload_text('$.engagedParty.id') }} as engaged_party_id,
    {{ payload_text("$.engagedParty['@referredType']") }} as engaged_party_type,
    {{ payload_timestamp('$.validFor.startDateTime') }} as valid_from,
    {{ payload_timestamp('$.validFor.endDateTime') }} as valid_to,
    {{ payload_json('$.account') }} as account,
    {{ load_metadata() }}
from customer
