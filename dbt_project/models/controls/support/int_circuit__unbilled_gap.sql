-- Days on which a rented circuit was in service and no subscription had begun. Grain: resource_id_inventory.
-- A circuit without any subscription was never billed. With one, the days before it count when they are more than a customer takes to accept
-- the circuit (parameter acceptance_days). Days after a subscription are a circuit that nobody needs, which is the supplier's cost.

with

circuit as (
    select * from {{ ref('int_circuit__needed') }}
    where is_rented
),

gap as (
    select
        *,
        needed_from as gap_from,
        case when is_billed then least(billed_from, in_service_to) else in_service_to end as gap_to
    from circuit
)

select
    resource_id_inventory,
    circuit_reference,
    customer_id,
    billing_account_id,
    bill_cycle,
    product_offering_id,
    is_billed,
    is_known_product,
    gap_from,
    gap_to
from gap
where
    gap_to > gap_from
    and (
        not is_billed
        or {{ dbt.datediff('gap_from', 'gap_to', 'day') }} > {{ control_parameter('O10', 'acceptance_days', 'integer') }}
    )
