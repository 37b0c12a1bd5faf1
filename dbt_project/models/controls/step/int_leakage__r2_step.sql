-- The arithmetic of R2: each line of the bill that was not made. Grain: expected line.

with

candidate as (
    {{ owned_candidates('r2') }}
)

select
    candidate.control_id,
    'under' as direction,
    concat_ws(':', 'billing.account', account.account_id_billing) as subject_key,
    candidate.period_start,
    candidate.currency_code,
    candidate.claim_key as step_key,
    case
        when candidate.line_type = 'recurring' then 'round(monthly_price * line_days / month_days, 2)'
        else 'line_amount'
    end as formula,
    case
        when candidate.line_type = 'recurring'
            then {{ json_object_text([
                ('monthly_price', 'cast(candidate.monthly_price as string)'),
                ('line_days', 'cast(candidate.line_days as string)'),
                ('month_days', 'cast(candidate.bill_month_days as string)'),
            ]) }}
        else {{ json_object_text([('line_amount', 'cast(candidate.amount as string)')]) }}
    end as factors,
    {{ json_object_text_without_nulls([
        ('billing.account', 'account.account_id_billing'),
        ('billing.subscription', 'candidate.subscription_id_billing'),
        ('billing.bill_run', 'candidate.bill_run_id'),
        ('billing.discount', 'candidate.discount_id'),
        ('catalog.product_offering_price', 'candidate.product_offering_price_id'),
    ]) }} as source_records,
    cast(candidate.amount as decimal(18, 6)) as amount
from candidate
inner join {{ ref('dim_billing_account') }} as account
    on candidate.billing_account_id = account.billing_account_id
