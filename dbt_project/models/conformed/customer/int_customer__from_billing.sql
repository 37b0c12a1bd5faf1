-- What billing knows of customers: the party on each account, in canonical columns.
-- Grain: one row per billing account (billing has no customer of its own). Persons are spelt 'Family, Given'.

{{ config(materialized='view') }}

with

account as (

    select * from {{ ref('stg_billing__account') }}

),

named as (

    select
        *,
        account_type = 'C' as is_company,
        {{ clean_text("split_part(account_name, ',', 1)") }} as name_before_comma,
        {{ clean_text("split_part(account_name, ',', 2)") }} as name_after_comma
    from account

)

select
    {{ record_id('billing', 'account', 'account_id') }} as record_id,
    'billing' as system,
    'account' as entity,
    account_id as source_key,
    cast(null as string) as party_record_id,
    cast(null as string) as party_id_crm,
    customer_id_crm,
    customer_no_crm_fixed,
    case when is_company then 'company' else 'person' end as customer_type,
    case when is_company then 'company' else 'person' end as party_type,
    case
        when is_company then account_name
        else concat_ws(' ', name_after_comma, name_before_comma)
    end as customer_name,
    case when not is_company then name_after_comma end as given_name,
    case when not is_company then name_before_comma end as family_name,
    case when is_company then account_name end as company_name,
    cast(null as string) as vat_number,
    email,
    phone,
    street,
    postcode,
    city,
    cast(null as string) as country,
    status as status_code,
    case when not is_company then birth_date end as birth_date,
    cast(null as string) as owner_given_name,
    cast(null as string) as owner_family_name,
    cast(null as date) as owner_birth_date,
    opened_at as known_since_at,
    closed_at,
    updated_at as changed_at
from named
