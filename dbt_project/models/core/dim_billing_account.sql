-- One row per billing account: who receives the invoice, and in which bill cycle.

with

resolved as (

    select * from {{ ref('int_billing_account__resolved') }}

)

select
    billing_account_id,
    customer_id,
    account_id_billing,
    account_name,
    bill_cycle,
    status,
    opened_at,
    closed_at,
    {{- resolved_provenance('billing_account') }}
from resolved
