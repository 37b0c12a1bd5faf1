-- How much the controls of stage collection looked at. Grain: control_id.

select 'C1' as control_id, 'overdue invoice' as subject, count(*) as subjects_checked
from {{ ref('fct_invoice') }} as invoice
cross join {{ ref('int_control__data_day') }} as today
where invoice.status <> 'cancelled' and invoice.due_date < today.data_day
