-- One row per dunning action in its latest version.

with

dunning_action as (
    {{ current_rows('billing', 'dunning_action') }}
)

select
    dunning_action_id,
    account_id,
    invoice_id,
    subscription_id,
    {{ clean_text('level') }} as level,
    {{ clean_text('reason_code') }} as reason_code,
    cast(issued_at as timestamp) as issued_at,
    cast(effective_at as timestamp) as effective_at,
    cast(lifted_at as timestamp) as lifted_at,
    cast(updated_at as timestamp) as updated_at,
    {{ load_metadata() }}
from dunning_action
