-- One row per employee who may post or grant by hand.

with

employee as (
    select * from {{ ref('stg_billing__employee') }}
)

select
    lower(user_id) as employee_login,
    display_name as employee_name,
    lower(grade) as grade
from employee
