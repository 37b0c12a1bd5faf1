-- R2: what a completed run owed an account that it made no invoice for. Grain: expected line, or subscription and usage type
-- that wait for the run.

with

invoiced as (
    select distinct billing_account_id, bill_run_id
    from {{ ref('fct_invoice') }}
    where status <> 'cancelled' and billing_account_id is not null
),

owed as (
    select
        line_key as claim_key,
        line_type,
        subscription_id_billing,
        billing_account_id,
        customer_id,
        bill_run_id,
        currency_code,
        amount,
        monthly_price,
        line_days,
        bill_month_days,
        product_offering_price_id,
        discount_id,
        period_start,
        period_end
    from {{ ref('int_bill__expected_line') }}
    union all
    select
        claim_key,
        'usage' as line_type,
        subscription_id_billing,
        billing_account_id,
        customer_id,
        bill_run_id,
        currency_code,
        unbilled_amount as amount,
        cast(null as decimal(18, 2)) as monthly_price,
        cast(null as integer) as line_days,
        cast(null as integer) as bill_month_days,
        cast(null as string) as product_offering_price_id,
        cast(null as string) as discount_id,
        period_start,
        period_end
    from {{ ref('int_leakage__u3_candidate') }}
),

missed as (
    select
        owed.*,
        sum(owed.amount) over (partition by owed.billing_account_id, owed.bill_run_id, owed.currency_code) as account_amount
    from owed
    left join invoiced
        on owed.billing_account_id = invoiced.billing_account_id
        and owed.bill_run_id = invoiced.bill_run_id
    where owed.billing_account_id is not null and invoiced.bill_run_id is null and owed.amount <> 0
)

select
    'R2' as control_id,
    claim_key,
    line_type,
    subscription_id_billing,
    billing_account_id,
    customer_id,
    bill_run_id,
    currency_code,
    amount,
    monthly_price,
    line_days,
    bill_month_days,
    product_offering_price_id,
    discount_id,
    period_start,
    period_end
from missed
where account_amount >= {{ control_parameter('R2', 'min_expected_amount', 'decimal(18, 2)') }}
