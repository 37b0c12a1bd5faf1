-- R2: a completed run made no invoice for an account that owed something. Grain: account, completed run and currency.
-- Amount: the bill as it should have been: recurring charges less discounts, fees, and the usage that waits.

with

candidate as (
    {{ owned_candidates('r2') }}
),

found as (
    select
        billing_account_id,
        bill_run_id,
        currency_code,
        max(customer_id) as customer_id,
        count(distinct subscription_id_billing) as subscriptions,
        sum(case when line_type = 'recurring' then amount else 0 end) as recurring_amount,
        sum(case when line_type = 'discount' then amount else 0 end) as discount_amount,
        sum(case when line_type = 'one_off' then amount else 0 end) as one_off_amount,
        sum(case when line_type = 'usage' then amount else 0 end) as usage_amount,
        sum(amount) as amount,
        max(period_start) as period_start,
        max(period_end) as period_end
    from candidate
    group by billing_account_id, bill_run_id, currency_code
)

select
    'R2' as control_id,
    'under' as direction,
    found.customer_id,
    found.billing_account_id,
    cast(null as string) as service_id,
    concat_ws(':', 'billing.account', account.account_id_billing) as subject_key,
    {{ json_object_text_without_nulls([
        ('billing.account', 'account.account_id_billing'),
        ('billing.bill_run', 'found.bill_run_id'),
    ]) }} as source_keys,
    {{ json_object_text([
        ('subscriptions', 'found.subscriptions'),
        ('recurring_amount', 'cast(found.recurring_amount as string)'),
        ('discount_amount', 'cast(found.discount_amount as string)'),
        ('one_off_amount', 'cast(found.one_off_amount as string)'),
        ('usage_amount', 'cast(found.usage_amount as string)'),
    ]) }} as evidence,
    'bill_run' as root_cause_type,
    found.bill_run_id as root_cause_key,
    found.period_start,
    found.period_end,
    cast(found.amount as decimal(18, 2)) as amount,
    found.currency_code,
    false as is_estimate
from found
inner join {{ ref('dim_billing_account') }} as account
    on found.billing_account_id = account.billing_account_id
where found.amount > 0
