-- One row per product in the latest counted load.

with

product as (
    {{ current_rows('crm', 'product') }}
)

select
    id as product_id_crm,
    {{ payload_text('$.name') }} as product_name,
    {{ payload_text('$.status') }} as status,
    {{ payload_timestamp('$.startDate') }} as started_at,
    {{ payload_timestamp('$.terminationDate') }} as terminated_at,
    {{ payload_text('$.productOffering.id') }} as product_offering_id,
    {{ payload_json('$.relatedParty') }} as related_party,
    {{ payload_text('$.billingAccount.id') }} as account_id_billing,
    {{ payload_text('$.realizingService[0].id') }} as service_id_inventory,
    {{ payload_json('$.productCharacteristic') }} as product_characteristic,
    {{ load_metadata() }}
from product
