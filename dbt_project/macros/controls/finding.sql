{#- One documented threshold of a control, as a scalar subquery's select: see seeds/reference/control_parameter.csv. -#}
{% macro control_parameter(control_id, parameter, data_type) -%}
    (
        select cast(max(parameter.value) as {{ data_type }})
        from {{ ref('control_parameter') }} as parameter
        where parameter.control_id = '{{ control_id }}' and parameter.parameter = '{{ parameter }}'
    )
{%- endmacro %}

{#- A control's candidates that no other control explains: a select, to be the body of a CTE. -#}
{% macro owned_candidates(control) -%}
    select candidate.*
    from {{ ref('int_leakage__' ~ control ~ '_candidate') }} as candidate
    inner join {{ ref('int_leakage__claim') }} as claim
        on candidate.control_id = claim.control_id
        and candidate.claim_key = claim.claim_key
        and claim.is_owner
{%- endmacro %}

{#-
    What is owed back for charges of days that should not have been billed: a select, to be the body of a CTE. Grain: subscription, run
    and currency. Each line counts pro rata, discounts of the same days reduce the refund, and only the sum is rounded.
      lines    relation of invoice lines with line_type, amount, refund_days of line_days, and their run
      carried  further columns, as aggregates with a name
-#}
{% macro refund_per_run(lines, carried=[]) -%}
    select
        summed.*,
        cast(round(summed.recurring_refund + summed.discount_refund, 2) as decimal(18, 2)) as amount
    from (
        select
            subscription_id_billing,
            bill_run_id,
            currency_code,
            max(customer_id) as customer_id,
            max(billing_account_id) as billing_account_id,
            max(service_id) as service_id,
            {%- for column in carried %}
            {{ column }},
            {%- endfor %}
            max(run_period_start) as period_start,
            max(run_period_end) as period_end,
            sum(case when line_type = 'recurring' then refund_days else 0 end) as refund_days,
            sum(case when line_type = 'recurring' then line_days else 0 end) as billed_days,
            sum(case when line_type = 'recurring' then amount else 0 end) as recurring_amount,
            sum(case when line_type = 'recurring' then refund_amount else 0 end) as recurring_refund,
            sum(case when line_type = 'discount' then refund_amount else 0 end) as discount_refund
        from (
            select *, {{ refund_amount() }} as refund_amount
            from {{ lines }}
        ) as line
        group by subscription_id_billing, bill_run_id, currency_code
    ) as summed
{%- endmacro %}

{#-
    Source keys of a finding about a subscription in a run: its relation's, and those that int_service__source_key (as source_key) has.
-#}
{% macro subscription_source_keys(relation) -%}
    {{ json_object_text_without_nulls([
        ('billing.subscription', relation ~ '.subscription_id_billing'),
        ('billing.bill_run', relation ~ '.bill_run_id'),
        ('inventory.service', 'source_key.service_key_inventory'),
        ('subscribers.subscriber', 'source_key.subscriber_key'),
    ]) }}
{%- endmacro %}

{#-
    Key of a finding: made of the control, the direction, the subject's key in its source, the period and the currency, so that it
    lasts across runs, whatever becomes of our own ids.
-#}
{% macro finding_key(relation) -%}
    {{ hash_key([
        relation ~ '.control_id', relation ~ '.direction', relation ~ '.subject_key', relation ~ '.period_start',
        relation ~ '.currency_code',
    ]) }}
{%- endmacro %}

{#- What is owed back of an invoice line, pro rata: the arithmetic of `refund_per_run` and of its steps. -#}
{% macro refund_amount() -%}
    cast(round(cast(amount as decimal(18, 6)) * refund_days / nullif(line_days, 0), 6) as decimal(18, 6))
{%- endmacro %}

{#-
    The steps of a control that refunds days of invoice lines: a select. Grain: invoice line.
      control  its id as its candidate model has it
-#}
{% macro refund_steps(control) -%}
    select
        control_id,
        'over' as direction,
        concat_ws(':', 'billing.subscription', subscription_id_billing) as subject_key,
        run_period_start as period_start,
        currency_code,
        claim_key as step_key,
        'line_amount * refund_days / line_days' as formula,
        {{ json_object_text([
            ('line_amount', 'cast(amount as string)'),
            ('refund_days', 'cast(refund_days as string)'),
            ('line_days', 'cast(line_days as string)'),
        ]) }} as factors,
        {{ json_object_text([('billing.invoice_line', 'invoice_line_id')]) }} as source_records,
        {{ refund_amount() }} as amount
    from ({{ owned_candidates(control) }}) as candidate
{%- endmacro %}
