-- One row per account in the latest counted load.

with

account as (
    {{ current_rows('billing', 'account') }}
)

select
    account_id,
    {{ clean_text('customer_ref') }} as customer_id_crm,
    {{ clean_text('legacy_customer_no') }} as customer_no_crm_fixed,
    {{ clean_text('account_name') }} as account_name,
    account_type,
    {{ clean_text('street') }} as street,
    {{ clean_text('postcode') }} as postcode,
    {{ clean_text('city') }} as city,
    lower({{ clean_text('email') }}) as email,
    {{ clean_text('phone') }} as phone,
    birth_date,
    bill_cycle,
    status,
    cast(opened_at as timestamp) as opened_at,
    cast(closed_at as timestamp) as closed_at,
    cast(updated_at as timestamp) as updated_at,
    {{ load_metadata() }}
from account
