-- One row per period in which an account is taxed otherwise than a domestic customer.

with

account_tax_status as (
    select * from {{ ref('int_account_tax_status__from_billing') }}
),

billing_account as (
    select account_id_billing, billing_account_id
    from {{ ref('dim_billing_account') }}
)

select
    account_tax_status.tax_status_id,
    billing_account.billing_account_id,
    account_tax_status.tax_category,
    account_tax_status.reason_code,
    account_tax_status.reference,
    account_tax_status.country_code,
    account_tax_status.valid_from,
    coalesce(account_tax_status.valid_to, cast({{ open_end() }} as date)) as valid_to
from account_tax_status
left join billing_account on account_tax_status.account_id_billing = billing_account.account_id_billing
