-- One row per agreed monthly price and product that it covers, with the reason where it does not hold.

with

agreed as (
    select * from {{ ref('int_agreement_price__from_crm') }}
),

agreement as (
    select * from {{ ref('dim_agreement') }}
),

product as (
    select distinct xref.source_key, xref.product_id, held.customer_id
    from {{ ref('xref_product') }} as xref
    inner join {{ ref('dim_product') }} as held
        on xref.product_id = held.product_id
    where xref.system = 'crm' and xref.entity = 'product' and xref.valid_to = {{ open_end() }}
)

select
    agreed.agreement_id,
    agreed.item_number,
    agreed.price_number,
    agreed.product_id_crm,
    product.product_id,
    agreed.product_offering_id,
    agreed.currency_code,
    agreed.monthly_amount,
    agreement.signed_at,
    agreement.valid_from,
    agreement.valid_to,
    case
        when agreement.status in ('draft', 'cancelled') then 'not_in_force'
        when product.product_id is null then 'unknown_product'
        when agreement.customer_id is null then 'no_customer'
        when product.customer_id is null or agreement.customer_id <> product.customer_id then 'other_customer'
        when agreed.monthly_amount < 0 then 'negative_price'
        when agreement.valid_from >= agreement.valid_to then 'no_period'
        when agreement.status = 'ended' and agreement.valid_to = {{ open_end() }} then 'unknown_end'
    end as not_applied_because
from agreed
inner join agreement
    on agreed.agreement_id = agreement.agreement_id
left join product
    on agreed.product_id_crm = product.source_key
where agreed.product_id_crm is not null and agreed.currency_code is not null
