-- One row of billing's rating engine, in its latest version. Grain: rated_usage_id.
-- A table: it is read three times, and finding the latest version of every row is the expensive part.

select
    rated_usage_id,
    event_reference,
    subscription_id as subscription_id_billing,
    reverses_rated_usage_id,
    served_number,
    other_party,
    usage_type,
    zone,
    partial_sequence,
    quantity,
    allowance_units,
    charged_steps,
    currency_code,
    amount,
    bill_run_id,
    started_at,
    rated_at
from {{ ref('stg_billing__rated_usage') }}
