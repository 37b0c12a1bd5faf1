-- What became of each rejected record, and what it would have cost. Grain: usage_reject_id, currency.
-- Value: the catalogue's price under the plan at the start of the use, after what is left of the plan's allowance once
-- everything that the run did charge has drawn on it: a record that is resubmitted last gets no more. What can't be
-- priced says why, and is never taken for zero.

with

reject as (
    select
        reject.*,
        card.imsi is not null as is_own_use,
        subscription.subscription_id_billing,
        subscription.billing_account_id,
        subscription.customer_id,
        plan.product_offering_id,
        currency.currency_code,
        run.bill_run_id,
        run.period_start,
        run.period_end,
        concat_ws('|', reject.usage_reject_id, currency.currency_code) as event_key,
        row_number() over (
            partition by reject.usage_reject_id, currency.currency_code
            order by
                subscription.valid_from desc nulls last, subscription.subscription_id_billing nulls last,
                plan.valid_from desc nulls last
        ) as holder_rank
    from {{ ref('fct_usage_reject') }} as reject
    {{ join_payer('reject', kind='left') }}
    left join {{ ref('dim_sim_purpose') }} as card
        on reject.served_imsi = card.imsi
),

held as (
    select * from reject where holder_rank = 1
),

-- records that nobody need pay use up no allowance
charge as (
    select
        event_key,
        product_offering_id,
        usage_type,
        zone,
        currency_code,
        quantity,
        started_at,
        usage_reject_id as tie_break,
        bill_run_id,
        subscription_id_billing as product_holder,
        billing_account_id as account_holder
    from held
    where
        accepted_event_reference is null
        and not is_own_use
        and quantity is not null
        and product_offering_id is not null
        and currency_code is not null
),

priced as (
    {{ re_rated('charge', ref('int_usage_allowance__left_over')) }}
),

judged as (
    select
        held.*,
        {{ dbt.datediff('held.rejected_date', 'data_day.data_day', 'day') }} as waiting_days,
        priced.product_offering_price_id,
        case when priced.is_crossing then priced.expected_amount else priced.unit_price end as unit_price,
        case when priced.is_crossing then 1 else priced.charged_steps end as charged_steps,
        priced.expected_amount,
        case
            when held.started_at is null then 'no_time'
            when held.service_id is null then 'no_subscriber'
            when held.usage_type is null or held.quantity is null then 'no_quantity'
            when held.product_offering_id is null then 'no_plan'
            when priced.event_key is null then 'no_price'
            else priced.unpriced_reason
        end as unpriced_reason
    from held
    cross join {{ ref('int_control__data_day') }} as data_day
    left join priced
        on held.event_key = priced.event_key
)

select
    usage_reject_id,
    service_id,
    subscription_id_billing,
    billing_account_id,
    customer_id,
    stream,
    reason_code,
    usage_type,
    zone,
    quantity,
    started_at,
    rejected_date,
    waiting_days,
    accepted_event_reference,
    bill_run_id,
    period_start,
    period_end,
    product_offering_id,
    product_offering_price_id,
    charged_steps,
    unit_price,
    expected_amount,
    currency_code,
    case
        when accepted_event_reference is not null then 'accepted'
        when is_own_use then 'own_use'
        when unpriced_reason is not null then 'unpriceable'
        when expected_amount = 0 then 'free'
        when bill_run_id is null then 'not_due'
        else 'waiting'
    end as state,
    case when accepted_event_reference is null and not is_own_use then unpriced_reason end as unpriced_reason
from judged
