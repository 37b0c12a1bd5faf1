-- One row per agreement, item, monthly price and product that the item covers: what was agreed. Only items that name a recurring
-- price, an offering and a product say what a bill should show.

with

item as (
    select
        agreement.agreement_id,
        agreement.valid_from,
        agreement.valid_to,
        item.position as item_number,
        {{ json_text('item.element', '$.productOffering[0].id') }} as product_offering_id,
        {{ json_text('item.element', '$.product') }} as product_list,
        {{ json_text('item.element', '$.itemPrice') }} as price_list
    from {{ ref('stg_crm__agreement') }} as agreement
    {{ json_array_elements('agreement.agreement_item', 'item') }}
),

price as (
    select
        item.agreement_id,
        item.item_number,
        listed.position as price_number,
        upper({{ clean_text(json_text('listed.element', '$.price.dutyFreeAmount.unit')) }}) as currency_code,
        try_cast({{ json_text('listed.element', '$.price.dutyFreeAmount.value') }} as decimal(18, 2)) as monthly_amount
    from item
    {{ json_array_elements('item.price_list', 'listed') }}
    where
        {{ code_key(json_text('listed.element', '$.priceType')) }} = 'recurring'
        and {{ code_key(json_text('listed.element', '$.recurringChargePeriod')) }} = 'month'
)

select distinct
    item.agreement_id,
    item.item_number,
    {{ clean_text(json_text('covered.element', '$.id')) }} as product_id_crm,
    {{ clean_text('item.product_offering_id') }} as product_offering_id,
    price.price_number,
    price.currency_code,
    price.monthly_amount,
    item.valid_from,
    item.valid_to
from item
{{ json_array_elements('item.product_list', 'covered') }}
inner join price
    on item.agreement_id = price.agreement_id
    and item.item_number = price.item_number
where price.monthly_amount is not null and item.product_offering_id is not null
