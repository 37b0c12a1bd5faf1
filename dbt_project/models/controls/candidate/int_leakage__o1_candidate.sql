-- O1: days on which the network held a service and the product was active, but no subscription of billing covered it.
-- Grain: product, completed run, first unbilled day. Presence that starts late or ends early by a dump (parameter
-- presence_lag_days) doesn't shorten a stretch. A gap is judged as a whole: a day may fall into one run, two into the
-- next.

select
    claim_key,
    'O1' as control_id,
    service_id,
    customer_id,
    billing_account_id,
    product_id,
    source_system,
    product_id_source,
    product_offering_id,
    bill_run_id,
    bill_month_days,
    period_start,
    period_end,
    unbilled_from,
    unbilled_to,
    least(
        {{ dbt.datediff('unbilled_from', 'unbilled_to', 'day') }},
        present_days + {{ control_parameter('O1', 'presence_lag_days', 'integer') }}
    ) as unbilled_days
from {{ ref('int_product__unbilled_stretch') }}
where present_days_of_gap >= {{ control_parameter('O1', 'min_unbilled_days', 'integer') }}
