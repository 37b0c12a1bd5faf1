-- R9: credits over the authority of who posted them. Grain: series of credits of one employee on one account.
-- Amount: what the series goes over the limit.

with

candidate as (
    {{ owned_candidates('r9') }}
),

found as (
    select
        first_adjustment_id,
        currency_code,
        series_day,
        max(billing_account_id) as billing_account_id,
        max(customer_id) as customer_id,
        max(service_id) as service_id,
        max(created_by) as created_by,
        max(approved_by) as approved_by,
        max(credit_limit) as credit_limit,
        count(*) as credits,
        sum(excess_amount) as amount
    from candidate
    group by first_adjustment_id, currency_code, series_day
)

select
    'R9' as control_id,
    'under' as direction,
    found.customer_id,
    found.billing_account_id,
    found.service_id,
    concat_ws(':', 'billing.adjustment', found.first_adjustment_id) as subject_key,
    {{ json_object_text_without_nulls([
        ('billing.account', 'account.account_id_billing'),
        ('billing.adjustment', 'found.first_adjustment_id'),
    ]) }} as source_keys,
    {{ json_object_text([
        ('credits_over_limit', 'found.credits'),
        ('created_by', 'found.created_by'),
        ('approved_by', 'found.approved_by'),
        ('credit_limit', 'cast(found.credit_limit as string)'),
    ]) }} as evidence,
    'employee' as root_cause_type,
    coalesce(found.created_by, 'unknown') as root_cause_key,
    cast(date_trunc('month', found.series_day) as date) as period_start,
    cast({{ dbt.dateadd('month', 1, "date_trunc('month', found.series_day)") }} as date) as period_end,
    cast(found.amount as decimal(18, 2)) as amount,
    found.currency_code,
    false as is_estimate
from found
left join {{ ref('dim_billing_account') }} as account
    on found.billing_account_id = account.billing_account_id
