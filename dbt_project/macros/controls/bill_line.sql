{#-
    Controls that hold recurring lines of a bill against what their days cost (P3, R5): they differ in which lines they take, and share the rest.
-#}

{#-
    Findings. Grain: subscription and completed run; the direction is that of the net.
      root_cause  pair: type, and the column of the candidates that holds the key
      terms       further columns of the candidates for the evidence, as pairs of name and column
-#}
{% macro recurring_line_findings(control, root_cause, terms=[]) -%}
with

candidate as (
    {{ owned_candidates(control) }}
),

found as (
    select
        subscription_id_billing,
        bill_run_id,
        currency_code,
        max(customer_id) as customer_id,
        max(billing_account_id) as billing_account_id,
        max(service_id) as service_id,
        {%- for _, column in terms %}
        max({{ column }}) as {{ column }},
        {%- endfor %}
        count(*) as lines,
        sum(charged_days) as charged_days,
        max(bill_month_days) as bill_month_days,
        sum(billed_amount) as billed_amount,
        sum(expected_amount) as expected_amount,
        sum(difference_amount) as difference_amount,
        max(period_start) as period_start,
        max(period_end) as period_end
    from candidate
    group by subscription_id_billing, bill_run_id, currency_code
)

select
    '{{ control | upper }}' as control_id,
    case when found.difference_amount > 0 then 'under' else 'over' end as direction,
    found.customer_id,
    found.billing_account_id,
    found.service_id,
    concat_ws(':', 'billing.subscription', found.subscription_id_billing) as subject_key,
    {{ subscription_source_keys('found') }} as source_keys,
    {%- set figures = [] %}
    {%- for name, column in terms %}{% do figures.append((name, 'cast(found.' ~ column ~ ' as string)')) %}{% endfor %}
    {{ json_object_text(figures + [
        ('lines', 'found.lines'),
        ('charged_days', 'found.charged_days'),
        ('bill_month_days', 'found.bill_month_days'),
        ('billed_amount', 'cast(found.billed_amount as string)'),
        ('expected_amount', 'cast(found.expected_amount as string)'),
    ]) }} as evidence,
    '{{ root_cause[0] }}' as root_cause_type,
    found.{{ root_cause[1] }} as root_cause_key,
    found.period_start,
    found.period_end,
    cast(abs(found.difference_amount) as decimal(18, 2)) as amount,
    found.currency_code,
    false as is_estimate
from found
left join {{ ref('int_service__source_key') }} as source_key
    on found.service_id = source_key.service_id
where found.difference_amount <> 0
{%- endmacro %}

{#-
    The arithmetic: what the days of a line cost, less what was billed for them; turned round where the customer paid too much. Grain: invoice
    line, or expected line without one.
      records  further source records, as pairs of '<system>.<entity>' and column
-#}
{% macro recurring_line_steps(control, records=[]) -%}
with

candidate as (
    select
        owned.*,
        sum(owned.difference_amount) over (
            partition by owned.subscription_id_billing, owned.bill_run_id, owned.currency_code
        ) as net_amount
    from ({{ owned_candidates(control) }}) as owned
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
    ] + records + [
        ('catalog.product_offering_price', 'product_offering_price_id'),
    ]) }} as source_records,
    cast(case when net_amount > 0 then difference_amount else -difference_amount end as decimal(18, 6)) as amount
from candidate
where net_amount <> 0
{%- endmacro %}
