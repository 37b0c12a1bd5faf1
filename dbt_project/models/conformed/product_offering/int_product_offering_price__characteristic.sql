-- One row per value of a price's characteristics: TM Forum keeps a list of values under each name.

select
    used.product_offering_price_id,
    {{ code_key(json_text('used.element', '$.name')) }} as characteristic,
    used.position as characteristic_position,
    listed.position as value_position,
    {{ clean_text(json_text('listed.element', '$.value')) }} as characteristic_value
from (
    select
        price.product_offering_price_id,
        used.element,
        used.position,
        {{ json_text('used.element', '$.productSpecCharacteristicValue') }} as value_list
    from {{ ref('stg_catalog__product_offering_price') }} as price
    {{ json_array_elements('price.characteristic', 'used') }}
) as used
{{ json_array_elements('used.value_list', 'listed') }}
