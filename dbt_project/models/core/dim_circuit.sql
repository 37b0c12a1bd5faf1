-- One row per circuit that the operator leases: from whom, as what, and what for.

with

circuit as (
    select * from {{ ref('int_circuit__from_inventory') }}
),

carried as (
    select source_key, max(service_id) as service_id
    from {{ ref('xref_service') }}
    where system = 'inventory' and entity = 'service'
    group by source_key
),

holder as (
    select source_key, max(customer_id) as customer_id
    from {{ ref('xref_customer') }}
    where system in ('crm', 'crm_fixed') and entity = 'customer'
    group by source_key
)

select
    circuit.resource_id_inventory,
    circuit.circuit_reference,
    circuit.circuit_key,
    circuit.circuit_use,
    circuit.partner_id,
    circuit.supplier_reference,
    circuit.supplier_key,
    circuit.product_code,
    circuit.service_id_inventory,
    carried.service_id,
    circuit.product_offering_id,
    holder.customer_id,
    circuit.reserved_until,
    coalesce(circuit.started_at, {{ open_start() }}) as valid_from,
    coalesce(circuit.ended_at, {{ open_end() }}) as valid_to
from circuit
left join carried
    on circuit.service_id_inventory = carried.source_key
left join holder
    on circuit.customer_reference = holder.source_key
