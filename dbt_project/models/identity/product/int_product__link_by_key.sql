-- Subscriptions and the CRM product or contract that they name. Grain: left_record_id (a subscription).
-- Where a number exists in both CRMs, the one of the same customer counts, then the operator's own.

with

record as (

    select * from {{ ref('int_product__conformed') }}

),

customer_cluster as (

    select * from {{ ref('int_customer__cluster') }}

),

candidate as (

    select
        subscription.record_id as left_record_id,
        product.record_id as right_record_id,
        row_number() over (
            partition by subscription.record_id
            order by
                case when account_customer.customer_id = product_customer.customer_id then 0 else 1 end asc nulls last,
                product.system asc nulls last
        ) as choice
    from record as subscription
    inner join record as product
        on subscription.product_reference = product.source_key
        and product.system in ('crm', 'crm_fixed')
    left join customer_cluster as account_customer
        on subscription.customer_record_id = account_customer.record_id
    left join customer_cluster as product_customer
        on product.customer_record_id = product_customer.record_id
    where subscription.system = 'billing'

)

select
    left_record_id,
    right_record_id,
    'product_reference' as rule
from candidate
where choice = 1
