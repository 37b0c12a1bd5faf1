-- What should have been billed, derived without billing's subscriptions, rates and lines. Grain: component, billing_account_id,
-- month, currency_code.
-- Credits are those of the month of posting, as far as the authority of who gave them reaches. Months without a completed run
-- are not told yet.

with

bill_month as (
    select distinct {{ month_start('period_start') }} as month
    from {{ ref('fct_bill_run') }}
    where status = 'completed'
),

over_authority as (
    select adjustment_id, excess_amount from {{ ref('int_leakage__r9_candidate') }}
),

item as (
    select component, billing_account_id, month, currency_code, cast(amount as decimal(18, 6)) as amount, 0 as timing_amount
    from {{ ref('int_billable__charge') }}
    union all
    select 'usage' as component, billing_account_id, month, currency_code, amount, 0 as timing_amount
    from {{ ref('int_billable__usage') }}
    union all
    select
        'credit' as component,
        adjustment.billing_account_id,
        {{ month_start(local_date('adjustment.created_at')) }} as month,
        adjustment.currency_code,
        adjustment.amount + coalesce(over_authority.excess_amount, 0) as amount,
        0 as timing_amount
    from {{ ref('fct_adjustment') }} as adjustment
    left join over_authority
        on adjustment.adjustment_id = over_authority.adjustment_id
    union all
    select component, billing_account_id, month, currency_code, 0 as amount, amount as timing_amount
    from {{ ref('int_billable__timing') }}
)

select
    item.component,
    item.billing_account_id,
    max(account.customer_id) as customer_id,
    item.month,
    item.currency_code,
    cast(sum(item.amount) as decimal(18, 6)) as billable_amount,
    cast(sum(item.timing_amount) as decimal(18, 6)) as timing_amount
from item
inner join bill_month
    on item.month = bill_month.month
left join {{ ref('dim_billing_account') }} as account
    on item.billing_account_id = account.billing_account_id
group by item.component, item.billing_account_id, item.month, item.currency_code
