-- The arithmetic of O1: the monthly charge of each unbilled stretch, and its usage price by price. Grain: stretch, and
-- stretch and catalogue price.

with

recurring as (
    select
        *,
        concat_ws(':', concat_ws('.', source_system, 'product'), product_id_source) as subject_key
    from {{ ref('int_leakage__o1_recurring') }}
),

used as (
    select * from {{ ref('int_leakage__o1_usage') }}
)

select
    control_id,
    'under' as direction,
    subject_key,
    period_start,
    currency_code,
    claim_key as step_key,
    'round(monthly_price * unbilled_days / month_days, 2)' as formula,
    {{ json_object_text([
        ('monthly_price', 'cast(monthly_price as string)'),
        ('unbilled_days', 'cast(unbilled_days as string)'),
        ('month_days', 'cast(bill_month_days as string)'),
    ]) }} as factors,
    {{ json_object_text([
        ('catalog.product_offering_price', 'product_offering_price_id'),
        ('billing.bill_run', 'bill_run_id'),
    ]) }} as source_records,
    cast(recurring_amount as decimal(18, 6)) as amount
from recurring
union all
select
    recurring.control_id,
    'under' as direction,
    recurring.subject_key,
    recurring.period_start,
    recurring.currency_code,
    concat_ws(':', recurring.claim_key, used.product_offering_price_id) as step_key,
    'charged_steps * unit_price' as formula,
    {{ json_object_text([
        ('charged_steps', 'cast(used.charged_steps as string)'),
        ('unit_price', 'cast(used.unit_price as string)'),
    ]) }} as factors,
    {{ json_object_text([('catalog.product_offering_price', 'used.product_offering_price_id')]) }} as source_records,
    cast(used.usage_amount as decimal(18, 6)) as amount
from recurring
inner join used
    on recurring.service_id = used.service_id
    and recurring.bill_run_id = used.bill_run_id
    and recurring.unbilled_from = used.unbilled_from
    and recurring.currency_code = used.currency_code
