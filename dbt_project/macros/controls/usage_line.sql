{#-
    Controls that correct rated events (U4, U6, U8, R1) owe what the bill would have said: it adds up the events of a usage line
    (subscription, run, usage type) and rounds the line once.
-#}

{#-
    What the events of a relation change on their usage lines. Grain: direction, subscription, run, usage type, currency.
      events  relation with direction, subscription_id_billing, bill_run_id, usage_type, currency_code and difference_amount, signed:
              what should have been charged less what was
    Gives rated_amount (of the line, exact), difference_amount (exact) and line_difference (in the cents of the bill), both signed.
-#}
{% macro usage_line_differences(events) -%}
select
    summed.*,
    coalesce(line.rated_amount, 0) as rated_amount,
    round(coalesce(line.rated_amount, 0) + summed.difference_amount, 2) - round(coalesce(line.rated_amount, 0), 2) as line_difference
from (
    select
        direction,
        subscription_id_billing,
        bill_run_id,
        usage_type,
        currency_code,
        sum(difference_amount) as difference_amount
    from {{ events }}
    group by direction, subscription_id_billing, bill_run_id, usage_type, currency_code
) as summed
left join {{ ref('int_usage_line__rated') }} as line
    on summed.subscription_id_billing = line.subscription_id_billing
    and summed.bill_run_id = line.bill_run_id
    and summed.usage_type = line.usage_type
    and summed.currency_code = line.currency_code
{%- endmacro %}

{#-
    CTEs: `event`, the control's own candidates with their direction, and `line`, what they change on their usage lines.
      difference  the candidates' signed difference, where they have no difference_amount
      condition   which of them count
-#}
{% macro corrected_event_ctes(control, difference=none, condition='true') -%}
event as (
    select
        owned.*,
        {%- if difference %}
        {{ difference }} as difference_amount,
        {%- endif %}
        case when {{ difference or 'owned.difference_amount' }} > 0 then 'under' else 'over' end as direction
    from ({{ owned_candidates(control) }}) as owned
    where {{ condition }}
),

line as (
    {{ usage_line_differences('event') }}
)
{%- endmacro %}

{#- What is owed for a subscription and run, in each direction: the body of a CTE. `lines`: relation of usage_line_differences. -#}
{% macro usage_line_amounts(lines) -%}
select
    subscription_id_billing,
    bill_run_id,
    currency_code,
    direction,
    abs(sum(line_difference)) as amount
from {{ lines }}
group by subscription_id_billing, bill_run_id, currency_code, direction
{%- endmacro %}

{#-
    The steps that lead from the exact amounts of events to the cents of their usage lines, where these differ. Grain: step.
      lines  relation of usage_line_differences
-#}
{% macro usage_line_rounding_steps(control, lines) -%}
select
    '{{ control | upper }}' as control_id,
    line.direction,
    concat_ws(':', 'billing.subscription', line.subscription_id_billing) as subject_key,
    run.period_start,
    line.currency_code,
    concat_ws(':', 'usage_line', line.subscription_id_billing, line.bill_run_id, line.usage_type) as step_key,
    case line.direction
        when 'under' then 'round(rated_amount + difference_amount, 2) - round(rated_amount, 2) - difference_amount'
        else 'round(rated_amount, 2) - round(rated_amount - difference_amount, 2) - difference_amount'
    end as formula,
    {{ json_object_text([
        ('rated_amount', 'cast(line.rated_amount as string)'),
        ('difference_amount', 'cast(abs(line.difference_amount) as string)'),
    ]) }} as factors,
    {{ json_object_text([
        ('billing.subscription', 'line.subscription_id_billing'),
        ('billing.bill_run', 'line.bill_run_id'),
    ]) }} as source_records,
    cast(abs(line.line_difference) - abs(line.difference_amount) as decimal(18, 6)) as amount
from {{ lines }} as line
inner join {{ ref('fct_bill_run') }} as run
    on line.bill_run_id = run.bill_run_id
where abs(line.line_difference) <> abs(line.difference_amount)
{%- endmacro %}
