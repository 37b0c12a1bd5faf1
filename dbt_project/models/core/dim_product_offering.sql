-- One row per offering that can be sold.

with

product_offering as (
    select * from {{ ref('int_product_offering__from_catalog') }}
)

select
    product_offering_id,
    billing_code,
    offering_name,
    category,
    lifecycle_status,
    needs_network_service,
    downstream_mbps,
    coalesce(valid_from, {{ open_start() }}) as valid_from,
    coalesce(valid_to, {{ open_end() }}) as valid_to
from product_offering
