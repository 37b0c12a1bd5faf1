-- Billing's accounts in canonical columns. Grain: one row per account.

{{ config(materialized='view') }}

with

account as (

    select * from {{ ref('stg_billing__account') }}

)

select
    {{ record_id('billing', 'account', 'account_id') }} as record_id,
    'billing' as system,
    'account' as entity,
    account_id as source_key,
    -- billing names the customer on the account itself: the same record seen as a customer
    {{ record_id('billing', 'account', 'account_id') }} as customer_record_id,
    account_name,
    bill_cycle,
    status as status_code,
    opened_at as known_since_at,
    opened_at,
    closed_at,
    updated_at as changed_at
from account
