-- One row per recurring rate in the latest counted load.

with

recurring_rate as (
    {{ current_rows('billing', 'recurring_rate') }}
)

select
    recurring_rate_id,
    offering_code,
    monthly_amount,
    currency_code,
    cast(valid_from as timestamp) as valid_from,
    cast(valid_to as timestamp) as valid_to,
    {{ load_metadata() }}
from recurring_rate
