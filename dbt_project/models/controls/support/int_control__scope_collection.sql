-- How much the controls of stage collection looked at. Grain: control_id.

select 'C1' as control_id, 'overdue invoice' as subject, count(*) as subjects_checked
from {{ ref('fct_invoice') }} as invoice
cross join {{ ref('int_control__data_day') }} as today
where invoice.status <> 'cancelled' and invoice.due_date < today.data_day
union all
select 'C2' as control_id, 'bank receipt' as subject, count(distinct bank_reference) as subjects_checked
from {{ ref('fct_bank_entry') }}
where is_booked and payment_method in ('direct_debit', 'card', 'transfer')
union all
select 'C3' as control_id, 'bill run and account' as subject, count(distinct reference || '/' || account) as subjects_checked
from {{ ref('fct_journal_line') }}
where account in (select account from {{ ref('revenue_account') }})
