-- How much the controls of stage rating and billing looked at. Grain: control_id.

select
    'R1' as control_id,
    'rated event' as subject,
    sum(case when charge_bill_run_id is not null and not is_reversal then 1 else 0 end) as subjects_checked
from {{ ref('fct_rated_usage') }}
union all
select 'R2' as control_id, 'account and run' as subject, count(*) as subjects_checked
from (select distinct billing_account_id, bill_run_id from {{ ref('int_bill__expected_line') }}) as owed
union all
select 'R3' as control_id, 'one-off fee' as subject, count(*) as subjects_checked
from {{ ref('int_bill__fee_due') }}
union all
select 'R5' as control_id, 'recurring line' as subject, count(*) as subjects_checked
from {{ ref('int_bill__recomputed_line') }}
union all
select 'R4' as control_id, 'discount line' as subject, count(*) as subjects_checked
from {{ ref('fct_invoice_line') }}
where line_type = 'discount'
union all
select 'R9' as control_id, 'credit' as subject, count(*) as subjects_checked
from {{ ref('fct_adjustment') }}
where amount < 0
union all
select 'R6' as control_id, 'invoice' as subject, count(distinct invoice_id) as subjects_checked
from {{ ref('int_bill__tax_due') }}
union all
select 'R7' as control_id, 'invoice' as subject, count(*) as subjects_checked
from {{ ref('fct_invoice') }}
where status <> 'cancelled'
union all
select 'R10' as control_id, 'prepaid balance' as subject, count(*) as subjects_checked
from {{ ref('fct_prepaid_balance') }}
