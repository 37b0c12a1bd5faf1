-- The arithmetic of R10: the balance equation of an account and period. Grain: prepaid account, period and currency.

with

candidate as (
    {{ owned_candidates('r10') }}
)

select
    control_id,
    direction,
    concat_ws(':', 'billing.prepaid_account', prepaid_account_id) as subject_key,
    period_start,
    currency_code,
    claim_key as step_key,
    case direction
        when 'under' then 'closing - (opening + topped_up + used + expired + adjusted)'
        else 'opening + topped_up + used + expired + adjusted - closing'
    end as formula,
    {{ json_object_text([
        ('opening', 'cast(opening_amount as string)'),
        ('topped_up', 'cast(topped_up_amount as string)'),
        ('used', 'cast(used_amount as string)'),
        ('expired', 'cast(expired_amount as string)'),
        ('adjusted', 'cast(adjusted_amount as string)'),
        ('closing', 'cast(closing_amount as string)'),
    ]) }} as factors,
    {{ json_object_text_without_nulls([
        ('billing.prepaid_balance', "concat_ws('-', prepaid_account_id, cast(period_start as string))"),
        ('billing.prepaid_transaction', 'repeated_transaction_id'),
    ]) }} as source_records,
    cast(abs(difference_amount) as decimal(18, 6)) as amount
from candidate
