{#-
    Controls that compare re-rating with what billing charged (U6, U8, R1): they differ in which events they take, and share the rest.
-#}

{#-
    Candidates: rated events whose amount is not the catalogue's, and that a condition over re_rated and rated_usage picks. Grain:
    rated_usage_id. An event that can't be priced can't be judged: fct_unpriceable_usage tells of it.
-#}
{% macro re_rating_candidates(control, condition='true') -%}
select
    'rated_usage:' || cast(re_rated.rated_usage_id as string) as claim_key,
    '{{ control | upper }}' as control_id,
    re_rated.rated_usage_id,
    rated_usage.event_reference,
    re_rated.subscription_id_billing,
    rated_usage.billing_account_id,
    rated_usage.customer_id,
    rated_usage.service_id,
    re_rated.product_offering_id,
    re_rated.product_offering_price_id,
    re_rated.allowance_price_id,
    re_rated.usage_type,
    re_rated.zone,
    rated_usage.zone as rated_zone,
    re_rated.bill_run_id,
    re_rated.currency_code,
    re_rated.allowance_units,
    re_rated.rated_allowance_units,
    re_rated.rated_amount,
    re_rated.charged_steps as expected_steps,
    -- a call charged by parts has more than one
    case when not re_rated.is_crossing then re_rated.unit_price end as expected_unit_price,
    re_rated.expected_amount,
    re_rated.expected_amount - re_rated.rated_amount as difference_amount
from {{ ref('int_rated_usage__re_rated') }} as re_rated
inner join {{ ref('fct_rated_usage') }} as rated_usage
    on re_rated.rated_usage_id = rated_usage.rated_usage_id
where re_rated.expected_amount <> re_rated.rated_amount and {{ condition }}
{%- endmacro %}

{#-
    Findings. Grain: subscription, completed run and direction: events too low and too high are added up apart; the net of both stands in
    the evidence of either finding.
      root_cause  pair of aggregates over the events: type and key
      evidence    further figures, as pairs of name and aggregate
-#}
{% macro re_rating_findings(control, root_cause, evidence=[]) -%}
with

{{ corrected_event_ctes(control) }},

due as (
    {{ usage_line_amounts('line') }}
),

summed as (
    select
        subscription_id_billing,
        bill_run_id,
        currency_code,
        direction,
        max(customer_id) as customer_id,
        max(billing_account_id) as billing_account_id,
        max(service_id) as service_id,
        count(*) as events,
        {{ distinct_list("concat_ws('/', product_offering_id, usage_type, zone)") }} as tariffs,
        min(event_reference) as example_event_reference,
        min(rated_usage_id) as example_rated_usage_id,
        min(product_offering_price_id) as example_product_offering_price_id,
        {{ root_cause[0] }} as root_cause_type,
        {{ root_cause[1] }} as root_cause_key,
        {%- for name, expression in evidence %}
        {{ expression }} as {{ name }},
        {%- endfor %}
        sum(rated_amount) as rated_amount,
        sum(expected_amount) as expected_amount,
        sum(difference_amount) as difference_amount
    from event
    group by subscription_id_billing, bill_run_id, currency_code, direction
),

netted as (
    select
        *,
        sum(difference_amount) over (partition by subscription_id_billing, bill_run_id, currency_code)
            as net_difference_amount
    from summed
)

select
    '{{ control | upper }}' as control_id,
    netted.direction,
    netted.customer_id,
    netted.billing_account_id,
    netted.service_id,
    concat_ws(':', 'billing.subscription', netted.subscription_id_billing) as subject_key,
    {{ subscription_source_keys('netted') }} as source_keys,
    {%- set figures = [
        ('events', 'netted.events'),
        ('tariffs', 'netted.tariffs'),
        ('rated_amount', 'cast(netted.rated_amount as string)'),
        ('expected_amount', 'cast(netted.expected_amount as string)'),
        ('net_difference_amount', 'cast(netted.net_difference_amount as string)'),
        ('example_event_reference', 'netted.example_event_reference'),
        ('example_rated_usage_id', 'netted.example_rated_usage_id'),
        ('example_product_offering_price_id', 'netted.example_product_offering_price_id'),
    ] %}
    {%- for name, _ in evidence %}{% do figures.append((name, 'netted.' ~ name)) %}{% endfor %}
    {{ json_object_text(figures) }} as evidence,
    netted.root_cause_type,
    netted.root_cause_key,
    run.period_start,
    run.period_end,
    cast(due.amount as decimal(18, 2)) as amount,
    netted.currency_code,
    false as is_estimate
from netted
inner join due
    on netted.subscription_id_billing = due.subscription_id_billing
    and netted.bill_run_id = due.bill_run_id
    and netted.currency_code = due.currency_code
    and netted.direction = due.direction
inner join {{ ref('fct_bill_run') }} as run
    on netted.bill_run_id = run.bill_run_id
left join {{ ref('int_service__source_key') }} as source_key
    on netted.service_id = source_key.service_id
where due.amount >= {{ control_parameter(control | upper, 'rounding_tolerance', 'decimal(18, 6)') }}
{%- endmacro %}

{#- The arithmetic: the catalogue's charge of each event against the rated one. Grain: rated_usage_id. -#}
{% macro re_rating_steps(control) -%}
with

{{ corrected_event_ctes(control) }}

select
    event.control_id,
    event.direction,
    concat_ws(':', 'billing.subscription', event.subscription_id_billing) as subject_key,
    run.period_start,
    event.currency_code,
    event.claim_key as step_key,
    case
        when event.expected_unit_price is null and event.difference_amount > 0 then 'expected_amount - rated_amount'
        when event.expected_unit_price is null then 'rated_amount - expected_amount'
        when event.difference_amount > 0 then 'expected_steps * expected_unit_price - rated_amount'
        else 'rated_amount - expected_steps * expected_unit_price'
    end as formula,
    {{ json_object_text_without_nulls([
        ('expected_steps', 'cast(event.expected_steps as string)'),
        ('expected_unit_price', 'cast(event.expected_unit_price as string)'),
        ('expected_amount', 'case when event.expected_unit_price is null then cast(event.expected_amount as string) end'),
        ('rated_amount', 'cast(event.rated_amount as string)'),
    ]) }} as factors,
    {{ json_object_text_without_nulls([
        ('billing.rated_usage', 'cast(event.rated_usage_id as string)'),
        ('usage.usage_event', 'event.event_reference'),
        ('catalog.product_offering_price', 'event.product_offering_price_id'),
        ('catalog.product_offering_price.2', 'event.allowance_price_id'),
    ]) }} as source_records,
    cast(abs(event.difference_amount) as decimal(18, 6)) as amount
from event
inner join {{ ref('fct_bill_run') }} as run
    on event.bill_run_id = run.bill_run_id
union all
{{ usage_line_rounding_steps(control, 'line') }}
{%- endmacro %}
