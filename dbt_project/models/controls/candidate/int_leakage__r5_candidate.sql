-- R5: recurring lines whose amount is not what their days cost, and subscriptions that an invoice left out. Grain: invoice line,
-- or expected line without one.

with

recomputed as (
    select * from {{ ref('int_bill__recomputed_line') }}
),

invoiced as (
    select distinct billing_account_id, bill_run_id
    from {{ ref('fct_invoice') }}
    where status <> 'cancelled'
),

expected as (
    select * from {{ ref('int_bill__expected_line') }} where line_type = 'recurring' and amount <> 0
),

-- The account has its invoice, but nothing on it is for these days.
left_out as (
    select expected.*
    from expected
    inner join invoiced
        on expected.billing_account_id = invoiced.billing_account_id
        and expected.bill_run_id = invoiced.bill_run_id
    where
        not exists (
            select 1 from {{ ref('int_subscription__charge_line') }} as line
            where
                line.line_type = 'recurring'
                and line.subscription_id_billing = expected.subscription_id_billing
                and line.bill_run_id = expected.bill_run_id
                and line.line_period_start < expected.line_to
                and line.line_period_end > expected.line_from
        )
),

difference as (
    select
        'invoice_line:' || invoice_line_id as claim_key,
        invoice_line_id,
        subscription_id_billing,
        bill_run_id,
        billing_account_id,
        customer_id,
        service_id,
        product_offering_price_id,
        currency_code,
        charged_days,
        bill_month_days,
        price_days,
        billed_amount,
        expected_amount,
        period_start,
        period_end
    from recomputed
    union all
    select
        line_key as claim_key,
        cast(null as string) as invoice_line_id,
        subscription_id_billing,
        bill_run_id,
        billing_account_id,
        customer_id,
        service_id,
        product_offering_price_id,
        currency_code,
        line_days as charged_days,
        bill_month_days,
        cast(monthly_price * line_days as decimal(18, 2)) as price_days,
        cast(0 as decimal(18, 2)) as billed_amount,
        amount as expected_amount,
        period_start,
        period_end
    from left_out
)

select
    'R5' as control_id,
    difference.*,
    expected_amount - billed_amount as difference_amount
from difference
where abs(expected_amount - billed_amount) >= {{ control_parameter('R5', 'rounding_tolerance', 'decimal(18, 2)') }}
