-- Which circuit a subscription is for.

with

subscription_circuit as (
    select * from {{ ref('int_subscription_circuit__from_billing') }}
)

select
    subscription_id_billing,
    circuit_reference,
    circuit_key
from subscription_circuit
where circuit_key is not null
