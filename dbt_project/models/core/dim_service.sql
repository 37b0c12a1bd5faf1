-- One row per service (a mobile or fixed line), whoever of the systems holds it. service_number is the current one;
-- the numbers of its past are in bridge_service_number.

with

resolved as (

    select * from {{ ref('int_service__resolved') }}

)

select
    service_id,
    customer as customer_id,
    billing_account as billing_account_id,
    product_id,
    service_type,
    service_number,
    -- a status word that nobody has mapped yet must not hide whether the service runs
    coalesce(status, case when valid_to < {{ open_end() }} then 'terminated' else 'active' end) as status,
    coalesce(valid_from, {{ open_start() }}) as valid_from,
    coalesce(valid_to, {{ open_end() }}) as valid_to,
    {{- resolved_provenance('service') }}
from resolved
