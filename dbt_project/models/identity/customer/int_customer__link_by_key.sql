-- Customer records that one system ties together by a key of its own or of another system.
-- Grain: left_record_id, right_record_id, rule. Left is the billing account (or the first role of a party).
-- A key may be stale or mistyped; int_customer__links decides whether the two records agree in anything at all.

with

record as (

    select * from {{ ref('int_customer__conformed') }}

),

product as (

    select * from {{ ref('int_product__conformed') }}

),

party as (

    select
        party_record_id,
        min(record_id) as first_record_id
    from record
    where party_record_id is not null
    group by party_record_id

),

account_of_customer as (

    select * from {{ ref('int_customer__crm_account') }}

),

link as (

    select party.first_record_id as left_record_id, record.record_id as right_record_id, 'shared_party' as rule
    from record
    inner join party
        on record.party_record_id = party.party_record_id
    union
    select
        {{ record_id('billing', 'account', 'account_id_billing') }} as left_record_id,
        {{ record_id('crm', 'customer', 'customer_id_crm') }} as right_record_id,
        'account_of_customer' as rule
    from account_of_customer
    union
    select
        record_id as left_record_id,
        {{ record_id('crm', 'customer', 'customer_id_crm') }} as right_record_id,
        'customer_reference' as rule
    from record
    where system = 'billing'
    union
    select account.record_id as left_record_id, legacy.record_id as right_record_id, 'legacy_number' as rule
    from record as account
    inner join record as legacy
        on account.customer_number_key = legacy.customer_number_key
        and legacy.system = 'crm_fixed'
    where account.system = 'billing'
    union
    select account_record_id as left_record_id, customer_record_id as right_record_id, 'account_of_product' as rule
    from product
    where system = 'crm'
    union
    select
        subscription.account_record_id as left_record_id,
        product.customer_record_id as right_record_id,
        'subscription_of_product' as rule
    from product as subscription
    inner join product
        on subscription.product_reference = product.source_key
        and product.system in ('crm', 'crm_fixed')
    where subscription.system = 'billing'

)

select
    link.left_record_id,
    link.right_record_id,
    link.rule
from link
-- a key that points at nothing links nothing; the record is then listed as unlinked, with this reason
inner join record as left_record
    on link.left_record_id = left_record.record_id
inner join record as right_record
    on link.right_record_id = right_record.record_id
where link.left_record_id <> link.right_record_id
