{#-
    Services that were provided and not billed (O1, O3): their monthly charge, the arithmetic and the findings. Each macro is a
    model's body; the control's id is in lower case.
-#}

{#- The monthly charge of a control's unbilled stretches. Grain: claim_key. carried: further columns of the candidates. -#}
{% macro unbilled_recurring(control, carried=[]) -%}
with

owned as (
    {{ owned_candidates(control) }}
),

candidate as (
    select
        *,
        {{ local_to_utc('unbilled_to', var('home_time_zone')) }} as unbilled_to_at
    from owned
)

select
    candidate.control_id,
    candidate.claim_key,
    candidate.service_id,
    candidate.customer_id,
    candidate.billing_account_id,
    candidate.source_system,
    candidate.product_id_source,
    candidate.product_offering_id,
    price.product_offering_price_id,
    agreed.agreement_id,
    candidate.bill_run_id,
    candidate.bill_month_days,
    candidate.period_start,
    candidate.period_end,
    candidate.unbilled_from,
    candidate.unbilled_to,
    candidate.unbilled_days,
    {%- for column in carried %}
    candidate.{{ column }},
    {%- endfor %}
    price.currency_code,
    {{ agreed_or_listed('agreed.monthly_cents', 'price.price_amount') }} as monthly_price,
    cast(
        round(
            {{ agreed_or_listed('agreed.monthly_cents', 'price.price_amount') }} * candidate.unbilled_days
            / nullif(candidate.bill_month_days, 0),
            2
        ) as decimal(18, 2)
    ) as recurring_amount
from candidate
inner join {{ ref('dim_product_offering_price') }} as price
    on candidate.product_offering_id = price.product_offering_id
    and price.price_type = 'recurring'
    and candidate.unbilled_to_at > price.valid_from
    and candidate.unbilled_to_at <= price.valid_to
left join {{ ref('int_product__agreed_price') }} as agreed
    on candidate.product_id = agreed.product_id
    and candidate.product_offering_id = agreed.product_offering_id
    and price.currency_code = agreed.currency_code
    and candidate.unbilled_to > agreed.from_day
    and candidate.unbilled_to <= agreed.to_day
{%- endmacro %}

{#- The arithmetic: the monthly charge of each stretch, and its usage price by price. -#}
{% macro unbilled_steps(control) -%}
with

recurring as (
    select
        *,
        concat_ws(':', concat_ws('.', source_system, 'product'), product_id_source) as subject_key
    from {{ ref('int_leakage__' ~ control ~ '_recurring') }}
),

used as (
    select * from {{ ref('int_product__unbilled_usage') }}
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
    {{ json_object_text_without_nulls([
        ('catalog.product_offering_price', 'product_offering_price_id'),
        ('crm.agreement', 'agreement_id'),
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
    concat_ws(':', recurring.claim_key, used.product_offering_price_id, case when used.is_crossing then 'by_parts' end)
        as step_key,
    case when used.is_crossing then 'usage_amount' else 'charged_steps * unit_price' end as formula,
    {{ json_object_text_without_nulls([
        ('charged_steps', 'cast(used.charged_steps as string)'),
        ('unit_price', 'cast(used.unit_price as string)'),
        ('usage_amount', 'case when used.is_crossing then cast(used.usage_amount as string) end'),
    ]) }} as factors,
    {{ json_object_text([('catalog.product_offering_price', 'used.product_offering_price_id')]) }} as source_records,
    cast(used.usage_amount as decimal(18, 6)) as amount
from recurring
inner join used
    on recurring.service_id = used.service_id
    and recurring.bill_run_id = used.bill_run_id
    and recurring.unbilled_from = used.unbilled_from
    and recurring.currency_code = used.currency_code
{%- endmacro %}
