-- Which SIM or port served which service, and when.

with

resource_interval as (

    select * from {{ ref('int_service__resource_interval') }}

),

resource as (

    select resource_id from {{ ref('dim_resource') }}

)

select
    resource_interval.service_id,
    resource_interval.resource_id,
    resource_interval.valid_from,
    resource_interval.valid_to
from resource_interval
inner join resource
    on resource_interval.resource_id = resource.resource_id
