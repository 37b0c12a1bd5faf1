-- One row per employee who may post credits or grant discounts by hand.

select
    employee_login,
    employee_name,
    grade
from {{ ref('int_employee__from_billing') }}
