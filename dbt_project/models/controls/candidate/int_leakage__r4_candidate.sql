-- R4: discount lines that take more off than the subscription is entitled to for their days. Grain: invoice_line_id.

with

line as (
    select
        line.invoice_line_id,
        line.discount_id,
        line.subscription_id_billing,
        line.bill_run_id,
        line.billing_account_id,
        line.customer_id,
        line.service_id,
        line.currency_code,
        line.period_start as line_from,
        line.period_end as line_to,
        -line.amount as billed_discount,
        run.bill_month_days,
        run.period_start,
        run.period_end
    from {{ ref('fct_invoice_line') }} as line
    inner join {{ ref('fct_invoice') }} as invoice
        on line.invoice_id = invoice.invoice_id
    inner join {{ ref('fct_bill_run') }} as run
        on line.bill_run_id = run.bill_run_id
    where
        line.line_type = 'discount'
        and line.amount < 0
        and line.discount_id is not null
        and invoice.status <> 'cancelled'
        and run.status = 'completed'
),

entitled as (
    select
        line.invoice_line_id,
        sum(
            stretch.reduction_parts
            * {{ shared_days('line.line_from', 'line.line_to', 'stretch.from_day', 'stretch.to_day') }}
        ) as reduction_parts
    from line
    inner join {{ ref('int_bill__discount_stretch') }} as stretch
        on line.discount_id = stretch.discount_id
        and line.subscription_id_billing = stretch.subscription_id_billing
        and line.line_from < stretch.to_day
        and line.line_to > stretch.from_day
    group by line.invoice_line_id
),

compared as (
    select
        line.*,
        -- What the days are entitled to, times the days of the month.
        cast(
            cast(coalesce(entitled.reduction_parts, 0) as decimal(18, 0)) * cast(0.00000001 as decimal(9, 8)) as decimal(18, 8)
        ) as entitled_days,
        {{ from_cents(divide_half_up(
            'cast(coalesce(entitled.reduction_parts, 0) as bigint)', '(line.bill_month_days * ' ~ parts_of_a_cent() ~ ')'
        )) }} as entitled_discount
    from line
    left join entitled
        on line.invoice_line_id = entitled.invoice_line_id
)

select
    'invoice_line:' || compared.invoice_line_id as claim_key,
    'R4' as control_id,
    compared.invoice_line_id,
    compared.discount_id,
    discount.promotion_id,
    discount.authorised_by,
    compared.subscription_id_billing,
    compared.bill_run_id,
    compared.billing_account_id,
    compared.customer_id,
    compared.service_id,
    compared.currency_code,
    compared.line_from,
    compared.line_to,
    compared.bill_month_days,
    compared.billed_discount,
    compared.entitled_days,
    compared.entitled_discount,
    compared.billed_discount - compared.entitled_discount as excess_amount,
    compared.period_start,
    compared.period_end
from compared
left join {{ ref('fct_discount') }} as discount
    on compared.discount_id = discount.discount_id
where
    compared.billed_discount - compared.entitled_discount
    >= {{ control_parameter('R4', 'rounding_tolerance', 'decimal(18, 2)') }}
