-- One row per product that a customer holds or held, with the service that realises it and the account that pays for it.

with

resolved as (

    select * from {{ ref('int_product__resolved') }}

)

select
    product_id,
    customer as customer_id,
    billing_account as billing_account_id,
    service_id,
    product_offering as product_offering_id,
    source_system,
    product_id_source,
    product_name,
    -- a status word that nobody has mapped yet must not hide whether the product runs
    coalesce(status, case when terminated_at < {{ open_end() }} then 'terminated' else 'active' end) as status,
    needs_network_service,
    started_at,
    case when terminated_at < {{ open_end() }} then terminated_at end as terminated_at,
    {{- resolved_provenance('product') }}
from resolved
