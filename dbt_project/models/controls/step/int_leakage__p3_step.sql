-- The arithmetic of P3: what the days of a line cost, less what was billed for them; turned round where the customer paid too much.
-- Grain: invoice line.

with

candidate as (
    select
        owned.*,
        sum(owned.difference_amount) over (
            partition by owned.subscription_id_billing, owned.bill_run_id, owned.currency_code
        ) as net_amount
    from ({{ owned_candidates('p3') }}) as owned
)

select
    control_id,
    case when net_amount > 0 then 'under' else 'over' end as direction,
    concat_ws(':', 'billing.subscription', subscription_id_billing) as subject_key,
    period_start,
    currency_code,
    claim_key as step_key,
    case
        when net_amount > 0 then 'round(price_days / month_days, 2) - billed_amount'
        else 'billed_amount - round(price_days / month_days, 2)'
    end as formula,
    {{ json_object_text([
        ('price_days', 'cast(price_days as string)'),
        ('month_days', 'cast(bill_month_days as string)'),
        ('billed_amount', 'cast(billed_amount as string)'),
    ]) }} as factors,
    {{ json_object_text_without_nulls([
        ('billing.invoice_line', 'invoice_line_id'),
        ('billing.subscription', 'subscription_id_billing'),
        ('billing.bill_run', 'bill_run_id'),
        ('crm.agreement', 'agreement_id'),
        ('catalog.product_offering_price', 'product_offering_price_id'),
    ]) }} as source_records,
    cast(case when net_amount > 0 then difference_amount else -difference_amount end as decimal(18, 6)) as amount
from candidate
where net_amount <> 0
