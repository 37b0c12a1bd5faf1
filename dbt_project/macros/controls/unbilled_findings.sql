{#-
    The findings. Grain: product and completed run.
      carried     further columns of the stretches, as aggregates with a name
      keys        further source keys, as pairs of name and expression
      evidence    further figures, likewise
      root_cause  pair of expressions: type and key
-#}
{% macro unbilled_findings(control, root_cause, carried=[], keys=[], evidence=[]) -%}
with

recurring as (
    select * from {{ ref('int_leakage__' ~ control ~ '_recurring') }}
),

used as (
    select
        service_id,
        bill_run_id,
        unbilled_from,
        currency_code,
        sum(usage_events) as usage_events,
        sum(usage_amount) as usage_amount
    from {{ ref('int_product__unbilled_usage') }}
    group by service_id, bill_run_id, unbilled_from, currency_code
),

found as (
    select
        recurring.source_system,
        recurring.product_id_source,
        recurring.bill_run_id,
        recurring.currency_code,
        max(recurring.service_id) as service_id,
        max(recurring.customer_id) as customer_id,
        max(recurring.billing_account_id) as billing_account_id,
        {%- for column in carried %}
        {{ column }},
        {%- endfor %}
        min(recurring.product_offering_id) as product_offering_id,
        max(recurring.monthly_price) as monthly_price,
        min(recurring.unbilled_from) as unbilled_from,
        max(recurring.unbilled_to) as unbilled_to,
        sum(recurring.unbilled_days) as unbilled_days,
        max(recurring.bill_month_days) as bill_month_days,
        max(recurring.period_start) as period_start,
        max(recurring.period_end) as period_end,
        sum(recurring.recurring_amount) as recurring_amount,
        coalesce(sum(used.usage_events), 0) as usage_events,
        cast(round(coalesce(sum(used.usage_amount), 0), 2) as decimal(18, 2)) as usage_amount
    from recurring
    left join used
        on recurring.service_id = used.service_id
        and recurring.bill_run_id = used.bill_run_id
        and recurring.unbilled_from = used.unbilled_from
        and recurring.currency_code = used.currency_code
    group by recurring.source_system, recurring.product_id_source, recurring.bill_run_id, recurring.currency_code
),

keyed as (
    select
        found.*,
        case when found.source_system = 'crm' then found.product_id_source else source_key.product_key_crm end
            as product_key_crm,
        case when found.source_system = 'crm_fixed' then found.product_id_source else source_key.product_key_crm_fixed end
            as product_key_crm_fixed,
        source_key.service_key_inventory,
        source_key.subscriber_key
    from found
    left join {{ ref('int_service__source_key') }} as source_key
        on found.service_id = source_key.service_id
)

select
    '{{ control | upper }}' as control_id,
    'under' as direction,
    customer_id,
    billing_account_id,
    service_id,
    concat_ws(':', concat_ws('.', source_system, 'product'), product_id_source) as subject_key,
    {{ json_object_text_without_nulls([
        ('crm.product', 'product_key_crm'),
        ('crm_fixed.product', 'product_key_crm_fixed'),
        ('inventory.service', 'service_key_inventory'),
        ('subscribers.subscriber', 'subscriber_key'),
        ('billing.bill_run', 'bill_run_id'),
    ] + keys) }} as source_keys,
    {{ json_object_text([
        ('unbilled_from', 'cast(unbilled_from as string)'),
        ('unbilled_to', 'cast(unbilled_to as string)'),
        ('unbilled_days', 'unbilled_days'),
        ('bill_month_days', 'bill_month_days'),
        ('monthly_price', 'cast(monthly_price as string)'),
        ('recurring_amount', 'cast(recurring_amount as string)'),
        ('usage_events', 'usage_events'),
        ('usage_amount', 'cast(usage_amount as string)'),
    ] + evidence) }} as evidence,
    {{ root_cause[0] }} as root_cause_type,
    {{ root_cause[1] }} as root_cause_key,
    period_start,
    period_end,
    cast(recurring_amount + usage_amount as decimal(18, 2)) as amount,
    currency_code,
    false as is_estimate
from keyed
where recurring_amount + usage_amount > 0
{%- endmacro %}
