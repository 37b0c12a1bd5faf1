-- One row per product offering price in the latest counted load.

with

product_offering_price as (
    {{ current_rows('catalog', 'product_offering_price') }}
)

select
    id as product_offering_price_id,
    {{ payload_text('$.name') }} as price_name,
    {{ payload_text('$.priceType') }} as price_type,
    {{ payload_value('$.price.value', 'decimal(18,6)') }} as price_value,
    {{ payload_text('$.price.unit') }} as currency_code,
    {{ payload_text('$.tax[0].taxCategory') }} as tax_category,
    {{ payload_value('$.unitOfMeasure.amount', 'bigint') }} as unit_amount,
    {{ payload_text('$.unitOfMeasure.units') }} as unit_of_measure,
    {{ payload_timestamp('$.validFor.startDateTime') }} as valid_from,
    {{ payload_timestamp('$.validFor.endDateTime') }} as valid_to,
    {{ payload_json('$.prodSpecCharValueUse') }} as characteristic,
    {{ load_metadata() }}
from product_offering_price
