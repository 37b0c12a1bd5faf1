-- What is billable in one bill month and charged in another. Grain: component, billing_account_id, month, currency_code.
-- Plus in the month to which it belongs, minus in the month whose bill it is on: over all months it comes to what is not
-- charged yet. Usage that was rated late, fees that follow on the next bill, lines for days of another period, and usage that
-- one bill charged and another took back.

with

run as (
    select
        *,
        {{ month_start('period_start') }} as month
    from {{ ref('fct_bill_run') }}
    where status = 'completed'
),

invoice_line as (
    select
        line.*,
        run.month,
        run.bill_cycle,
        run.period_start as run_from,
        run.period_end as run_to
    from {{ ref('fct_invoice_line') }} as line
    inner join {{ ref('fct_invoice') }} as invoice
        on line.invoice_id = invoice.invoice_id
    inner join run
        on line.bill_run_id = run.bill_run_id
    where invoice.status <> 'cancelled'
),

usage_shift as (
    select billing_account_id, month, charge_month, currency_code, amount
    from {{ ref('int_billable__usage') }}
    where charge_month is null or charge_month <> month
),

fee_due as (
    select
        fee.*,
        run.month,
        row_number() over (
            partition by fee.subscription_id_billing, fee.fee_amount, fee.currency_code
            order by fee.event_day nulls last, fee.order_item_id nulls last, fee.product_offering_price_id nulls last
        ) as fee_number
    from {{ ref('int_bill__fee_due') }} as fee
    inner join run
        on fee.bill_run_id = run.bill_run_id
    where fee.fee_amount > 0
),

fee_charged as (
    select
        subscription_id_billing,
        amount,
        currency_code,
        month,
        row_number() over (
            partition by subscription_id_billing, amount, currency_code
            order by period_start nulls last, invoice_line_id nulls last
        ) as fee_number
    from invoice_line
    where line_type = 'one_off'
),

billed_until as (
    select bill_cycle, max(period_end) as billed_until
    from run
    group by bill_cycle
),

fee_shift as (
    select
        fee_due.billing_account_id,
        fee_due.month,
        fee_charged.month as charge_month,
        fee_due.currency_code,
        fee_due.fee_amount as amount
    from fee_due
    inner join billed_until
        on fee_due.bill_cycle = billed_until.bill_cycle
    left join fee_charged
        on fee_due.subscription_id_billing = fee_charged.subscription_id_billing
        and fee_due.fee_amount = fee_charged.amount
        and fee_due.currency_code = fee_charged.currency_code
        and fee_due.fee_number = fee_charged.fee_number
    where
        fee_charged.month <> fee_due.month
        or (
            fee_charged.month is null
            and {{ dbt.datediff('fee_due.event_day', 'billed_until.billed_until', 'day') }}
            <= {{ bridge_parameter('fee_grace_days', 'integer') }}
        )
),

-- Days of a line that lie in another period of its cycle.
line_shift as (
    select
        line.billing_account_id,
        run.month,
        line.month as charge_month,
        line.currency_code,
        cast(
            round(
                cast(line.amount as decimal(18, 6))
                * {{ shared_days('line.period_start', 'line.period_end', 'run.period_start', 'run.period_end') }}
                / nullif({{ dbt.datediff('line.period_start', 'line.period_end', 'day') }}, 0),
                6
            ) as decimal(18, 6)
        ) as amount
    from invoice_line as line
    inner join run
        on line.bill_cycle = run.bill_cycle
        and line.bill_run_id <> run.bill_run_id
        and line.month <> run.month
        and line.period_start < run.period_end
        and line.period_end > run.period_start
    where
        line.line_type in ('recurring', 'discount')
        and (line.period_start < line.run_from or line.period_end > line.run_to)
),

taken_back as (
    select
        charged.billing_account_id,
        first_run.month as month,
        second_run.month as charge_month,
        charged.currency_code,
        charged.amount
    from {{ ref('fct_rated_usage') }} as reversal
    inner join {{ ref('fct_rated_usage') }} as charged
        on reversal.reverses_rated_usage_id = charged.rated_usage_id
    inner join run as first_run
        on charged.charge_bill_run_id = first_run.bill_run_id
    inner join run as second_run
        on reversal.charge_bill_run_id = second_run.bill_run_id
    where reversal.is_billed and charged.is_billed and first_run.month <> second_run.month
),

shift as (
    select 'usage' as component, billing_account_id, month, charge_month, currency_code, amount from usage_shift
    union all
    select 'fee' as component, billing_account_id, month, charge_month, currency_code, amount from fee_shift
    union all
    select 'recurring' as component, billing_account_id, month, charge_month, currency_code, amount from line_shift
    union all
    -- Charged in the first month without being owed, given back in the second.
    select 'usage' as component, billing_account_id, month, charge_month, currency_code, -amount as amount from taken_back
),

moved as (
    select component, billing_account_id, month, currency_code, amount from shift
    union all
    select component, billing_account_id, charge_month as month, currency_code, -amount as amount
    from shift
    where charge_month is not null
)

select
    component,
    billing_account_id,
    month,
    currency_code,
    cast(sum(amount) as decimal(18, 6)) as amount
from moved
group by component, billing_account_id, month, currency_code
