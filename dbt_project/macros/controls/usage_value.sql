{#-
    What usage is worth at catalogue prices, without an allowance: each event with its price, a select to be the body of a CTE. An
    event that mediation passed on twice was used once; zones that are free by rule are worth nothing; an event without a catalogue
    price is left out. A call that is charged by parts counts as one step at its whole price.
      used  relation of usage events with product_offering_id and the columns of fct_usage
-#}
{% macro usage_at_catalogue_price(used) -%}
    with

    single as (
        select
            copies.*,
            currency.currency_code,
            concat_ws('|', copies.event_reference, copies.product_offering_id, currency.currency_code) as event_key
        from (
            select
                *,
                row_number() over (
                    partition by
                        service_id, served_imsi, usage_type, zone, other_party, partial_sequence, quantity, started_at
                    order by event_reference nulls last
                ) as copy_number
            from {{ used }}
        ) as copies
        inner join {{ usage_currency() }} as currency
            on copies.product_offering_id = currency.product_offering_id
        where copies.copy_number = 1
    ),

    charge as (
        select
            event_key,
            product_offering_id,
            usage_type,
            zone,
            currency_code,
            quantity,
            started_at,
            event_reference as tie_break,
            cast(null as string) as bill_run_id,
            cast(null as string) as product_holder,
            cast(null as string) as account_holder
        from single
    ),

    nothing_granted as (
        select product_offering_price_id, holder, bill_run_id, granted_units
        from {{ ref('int_usage_allowance__grant') }}
        where false
    ),

    priced as (
        {{ re_rated('charge', 'nothing_granted') }}
    )

    select
        single.*,
        priced.product_offering_price_id,
        case when priced.is_crossing then priced.expected_amount else priced.unit_price end as unit_price,
        case when priced.is_crossing then 1 else priced.charged_steps end as charged_steps,
        priced.expected_amount as amount
    from single
    inner join priced
        on single.event_key = priced.event_key
    where priced.expected_amount <> 0
{%- endmacro %}


{#- Offerings that have usage prices, by currency: a relation, to be joined. -#}
{% macro usage_currency() -%}
    (
        select distinct product_offering_id, currency_code
        from {{ ref('dim_product_offering_price') }}
        where price_type = 'usage'
    )
{%- endmacro %}

{#-
    Joins that say who pays for an event, under which plan, in which currency and on whose completed run: the subscription of its
    service and that subscription's plan at that instant, and the run whose period it falls into. Relations: subscription, plan, currency, run.
      event  relation in scope, with service_id
      at     its column that holds the instant
      kind   'inner', or 'left' where an event that nobody pays for is kept
-#}
{% macro join_payer(event, at='started_at', kind='inner') -%}
    {{ kind }} join {{ ref('dim_subscription') }} as subscription
        on {{ event }}.service_id = subscription.service_id
        and {{ event }}.{{ at }} >= subscription.valid_from
        and {{ event }}.{{ at }} < subscription.valid_to
    {{ kind }} join {{ ref('fct_subscription_plan') }} as plan
        on subscription.subscription_id_billing = plan.subscription_id_billing
        and {{ event }}.{{ at }} >= plan.valid_from
        and {{ event }}.{{ at }} < plan.valid_to
    {{ kind }} join {{ usage_currency() }} as currency
        on plan.product_offering_id = currency.product_offering_id
    {{ kind }} join {{ ref('fct_bill_run') }} as run
        on subscription.bill_cycle = run.bill_cycle
        and run.status = 'completed'
        and {{ event }}.{{ at }} >= run.period_start_at
        and {{ event }}.{{ at }} < run.period_end_at
{%- endmacro %}
