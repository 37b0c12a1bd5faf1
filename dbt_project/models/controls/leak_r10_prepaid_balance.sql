-- R10: a prepaid balance that its records don't explain. Grain: prepaid account, period and currency.
-- Amount: closing balance minus what the records make of the opening one.

with

candidate as (
    {{ owned_candidates('r10') }}
)

select
    control_id,
    direction,
    cast(null as string) as customer_id,
    cast(null as string) as billing_account_id,
    cast(null as string) as service_id,
    concat_ws(':', 'billing.prepaid_account', prepaid_account_id) as subject_key,
    {{ json_object_text_without_nulls([
        ('billing.prepaid_account', 'prepaid_account_id'),
        ('billing.prepaid_transaction', 'repeated_transaction_id'),
    ]) }} as source_keys,
    {{ json_object_text([
        ('opening_amount', 'cast(opening_amount as string)'),
        ('topped_up_amount', 'cast(topped_up_amount as string)'),
        ('used_amount', 'cast(used_amount as string)'),
        ('expired_amount', 'cast(expired_amount as string)'),
        ('adjusted_amount', 'cast(adjusted_amount as string)'),
        ('closing_amount', 'cast(closing_amount as string)'),
        ('records', 'records'),
        ('repeated_transaction_id', 'repeated_transaction_id'),
    ]) }} as evidence,
    'balance_process' as root_cause_type,
    process as root_cause_key,
    period_start,
    period_end,
    cast(abs(difference_amount) as decimal(18, 2)) as amount,
    currency_code,
    false as is_estimate
from candidate
