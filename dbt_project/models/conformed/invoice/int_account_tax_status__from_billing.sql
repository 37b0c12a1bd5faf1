-- One row per tax status of an account, its category in our words.

with

account_tax_status as (
    select * from {{ ref('stg_billing__account_tax_status') }}
)

select
    account_tax_status.tax_status_id,
    account_tax_status.account_id as account_id_billing,
    tax_category.canonical_value as tax_category,
    lower(account_tax_status.reason_code) as reason_code,
    account_tax_status.reference,
    upper(account_tax_status.country_code) as country_code,
    account_tax_status.valid_from,
    account_tax_status.valid_to
from account_tax_status
{{ join_vocabulary('tax_category', 'billing', 'account_tax_status.tax_category', 'tax_category') }}
