-- One row per invoice, with the account and the customer that received it.

with

invoice as (
    select * from {{ ref('int_invoice__from_billing') }}
),

billing_account as (
    select account_id_billing, billing_account_id, customer_id
    from {{ ref('dim_billing_account') }}
)

select
    invoice.invoice_id,
    invoice.bill_run_id,
    billing_account.billing_account_id,
    billing_account.customer_id,
    invoice.status,
    invoice.currency_code,
    invoice.net_amount,
    invoice.tax_amount,
    invoice.total_amount,
    invoice.issued_at,
    invoice.due_date
from invoice
left join billing_account on invoice.account_id_billing = billing_account.account_id_billing
