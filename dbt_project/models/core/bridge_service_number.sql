-- Which service held which MSISDN, line number or IMSI, and when. At one instant a number belongs to at most one service.

with

number_interval as (

    select * from {{ ref('int_service__number_interval') }}

)

select
    service_id,
    number_type,
    number_value,
    valid_from,
    valid_to
from number_interval
