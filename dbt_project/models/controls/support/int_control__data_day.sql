-- Until which local day the sources tell: what is overdue or stuck is measured by it. One row.
-- Not the clock of the loads: a build of the same loads must give the same ages, and a source that stands still must not make everything
-- overdue. Bill runs, payments and orders are each told at least daily; the latest of them says how far the data reaches.

select max(told_day) as data_day
from (
    select max({{ local_date('run_at') }}) as told_day
    from {{ ref('fct_bill_run') }}
    where status = 'completed'
    union all
    select max({{ local_date('paid_at') }}) as told_day from {{ ref('fct_payment') }}
    union all
    select max({{ local_date('ordered_at') }}) as told_day from {{ ref('fct_order_item') }}
) as told
