-- P3: recurring lines of subscriptions with an agreed price for their offering, whose amount is that of another price. Grain:
-- invoice_line_id. A price that was agreed at some time, or the list price, billed when it does not hold, is told by the amount; a price that
-- nobody agreed to is one once an agreement has begun, unless the amount is the right price for other days (R5). Cents are rounding.

with

agreed as (
    select * from {{ ref('int_bill__agreed_price') }}
),

line as (
    select
        recomputed.*,
        charge.line_period_start,
        charge.line_period_end,
        {{ in_cents('recomputed.billed_amount') }} as billed_cents,
        {{ in_cents('recomputed.lowest_monthly_price') }} as monthly_cents,
        recomputed.lowest_monthly_price = recomputed.highest_monthly_price as has_one_price,
        {{ in_cents(control_parameter('P3', 'rounding_tolerance', 'decimal(18, 2)')) }} as tolerance_cents
    from {{ ref('int_bill__recomputed_line') }} as recomputed
    inner join {{ ref('int_subscription__charge_line') }} as charge
        on recomputed.invoice_line_id = charge.invoice_line_id
    where abs(recomputed.expected_amount - recomputed.billed_amount) > {{ control_parameter('P3', 'rounding_tolerance', 'decimal(18, 2)') }}
),

-- Beside every agreement the list price: a bill that shows either of them at the wrong time took the wrong one.
known as (
    select subscription_id_billing, product_offering_id, currency_code, monthly_cents from agreed
    union
    select stretch.subscription_id_billing, stretch.product_offering_id, stretch.currency_code, stretch.listed_cents as monthly_cents
    from {{ ref('int_bill__price_stretch') }} as stretch
    inner join agreed
        on stretch.subscription_id_billing = agreed.subscription_id_billing
        and stretch.product_offering_id = agreed.product_offering_id
        and stretch.currency_code = agreed.currency_code
),

-- The agreement that held on the line's last days or before them; else the first one to come.
told as (
    select
        line.invoice_line_id,
        agreed.agreement_id,
        agreed.monthly_cents,
        agreed.from_day,
        agreed.to_day,
        agreed.from_day < line.line_period_end as has_begun,
        row_number() over (
            partition by line.invoice_line_id
            order by
                case when agreed.from_day < line.line_period_end then agreed.from_day end desc nulls last,
                agreed.from_day nulls last
        ) as agreement_rank
    from line
    inner join agreed
        on line.subscription_id_billing = agreed.subscription_id_billing
        and line.product_offering_id = agreed.product_offering_id
        and line.currency_code = agreed.currency_code
),

by_price as (
    select distinct line.invoice_line_id
    from line
    inner join known
        on line.subscription_id_billing = known.subscription_id_billing
        and line.product_offering_id = known.product_offering_id
        and line.currency_code = known.currency_code
        and (not line.has_one_price or known.monthly_cents <> line.monthly_cents)
        and abs({{ divide_half_up('(known.monthly_cents * line.line_days)', 'line.bill_month_days') }} - line.billed_cents)
        <= line.tolerance_cents
),

-- The right price, for a whole month, a day more or less, or by another number of days in the month. Of an amount that may be either, the
-- subscription's other wrong lines tell: a wrong price comes back on each of them.
judged as (
    select
        line.*,
        by_price.invoice_line_id is not null as is_by_price,
        line.has_one_price
        and (
            {%- for days in ['line.line_days + 1', 'line.line_days - 1', 'line.bill_month_days'] %}
            {{ 'or ' if not loop.first -}}
            abs({{ divide_half_up('(line.monthly_cents * (' ~ days ~ '))', 'line.bill_month_days') }} - line.billed_cents) <= line.tolerance_cents
            {%- endfor %}
            {%- for month_days in [28, 29, 30, 31] %}
            or abs({{ divide_half_up('(line.monthly_cents * line.line_days)', month_days) }} - line.billed_cents) <= line.tolerance_cents
            {%- endfor %}
        ) as is_by_days
    from line
    left join by_price
        on line.invoice_line_id = by_price.invoice_line_id
),

settled as (
    select
        *,
        min(case when is_by_days then 1 else 0 end) over (
            partition by subscription_id_billing, product_offering_id, currency_code, is_by_price
        ) = 1 as are_all_by_days
    from judged
)

select
    'invoice_line:' || settled.invoice_line_id as claim_key,
    'P3' as control_id,
    settled.invoice_line_id,
    settled.subscription_id_billing,
    settled.bill_run_id,
    settled.billing_account_id,
    settled.customer_id,
    settled.service_id,
    settled.product_offering_id,
    settled.product_offering_price_id,
    told.agreement_id,
    {{ from_cents('told.monthly_cents') }} as agreed_price,
    told.from_day as agreed_from,
    told.to_day as agreed_to,
    settled.currency_code,
    settled.charged_days,
    settled.bill_month_days,
    settled.price_days,
    settled.billed_amount,
    settled.expected_amount,
    settled.expected_amount - settled.billed_amount as difference_amount,
    settled.period_start,
    settled.period_end
from settled
inner join told
    on settled.invoice_line_id = told.invoice_line_id
    and told.agreement_rank = 1
where settled.is_by_price or (told.has_begun and not settled.are_all_by_days)
