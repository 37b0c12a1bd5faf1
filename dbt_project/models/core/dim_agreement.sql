-- One row per agreement with a customer.

with

agreement as (
    select * from {{ ref('int_agreement__from_crm') }}
),

customer as (
    select distinct source_key, customer_id
    from {{ ref('xref_customer') }}
    where system = 'crm' and entity = 'customer' and valid_to = {{ open_end() }}
)

select
    agreement.agreement_id,
    customer.customer_id,
    agreement.agreement_name,
    agreement.status,
    agreement.signed_at,
    agreement.valid_from,
    coalesce(agreement.valid_to, {{ open_end() }}) as valid_to
from agreement
left join customer on agreement.customer_id_crm = customer.source_key
