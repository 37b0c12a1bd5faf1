-- One row per employee in the latest counted load.

with

employee as (
    {{ current_rows('billing', 'employee') }}
)

select
    user_id,
    {{ clean_text('display_name') }} as display_name,
    {{ clean_text('grade') }} as grade,
    {{ load_metadata() }}
from employee
