-- One row per agreement, with its status in our words.

with

agreement as (
    select * from {{ ref('stg_crm__agreement') }}
)

select
    agreement.agreement_id,
    agreement.agreement_name,
    agreement.customer_id_crm,
    status.canonical_value as status,
    agreement.signed_at,
    agreement.valid_from,
    agreement.valid_to
from agreement
{{ join_vocabulary('agreement_status', 'crm', 'agreement.status', 'status') }}
