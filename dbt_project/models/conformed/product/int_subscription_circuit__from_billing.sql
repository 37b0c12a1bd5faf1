-- Which circuit a subscription is for. Grain: one row per subscription with a circuit's reference.

with

subscription as (
    select * from {{ ref('stg_billing__subscription') }}
)

select
    subscription_id as subscription_id_billing,
    service_number as circuit_reference,
    {{ circuit_key('service_number') }} as circuit_key
from subscription
where number_type = 'CIRCUIT' and service_number is not null
