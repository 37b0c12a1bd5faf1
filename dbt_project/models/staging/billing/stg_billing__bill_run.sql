-- One row per bill run in the latest counted load.

with

bill_run as (
    {{ current_rows('billing', 'bill_run') }}
)

select
    bill_run_id,
    {{ clean_text('bill_cycle') }} as bill_cycle,
    period_start,
    period_end,
    cast(run_at as timestamp) as run_at,
    status,
    {{ load_metadata() }}
from bill_run
