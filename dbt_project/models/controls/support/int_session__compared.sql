-- Sessions as the network measured them against their usage records, and what the difference costs. Grain:
-- session_total_id, currency.
-- Records of a session (number of the session and served party: elements number by themselves): those that mediation
-- passed on, each part once, and those that it rejected, which are U2's. A
-- session without any record is none of these. Kinds of difference:
--   missing_part   fewer records than the element closed, and less in them
--   truncated      all records, and less in them than was measured (parameters voice_tolerance_seconds,
--                  volume_tolerance_share)
--   clock_drift    one record, that begins at another time (parameter max_drift_seconds)
-- A single record is priced as it should have been and as it is, both by the catalogue; what is missing of a session in
-- parts, or under an allowance, is priced by itself, after what is left of the allowance. A shifted record under an
-- allowance is left alone.

with

total as (
    select
        session_total.*,
        {{ dbt.dateadd('day', '-1 * ' ~ control_parameter('U7', 'max_session_days', 'integer'), 'session_total.started_at') }}
            as from_at,
        {{ dbt.dateadd('day', control_parameter('U7', 'max_session_days', 'integer'), 'session_total.started_at') }} as to_at
    from {{ ref('fct_session_total') }} as session_total
    cross join {{ ref('int_control__data_day') }} as data_day
    where
        {{ dbt.datediff(local_date('session_total.started_at'), 'data_day.data_day', 'day') }}
        >= {{ control_parameter('U7', 'days_to_arrive', 'integer') }}
),

delivered as (
    select
        total.session_total_id,
        event.event_reference,
        event.service_id,
        event.zone,
        event.quantity,
        event.started_at,
        event.partial_sequence,
        row_number() over (
            partition by total.session_total_id, coalesce(event.partial_sequence, 0) order by event.event_reference nulls last
        ) as copy_number
    from total
    inner join {{ ref('fct_usage') }} as event
        on total.charging_id = event.charging_id
        and total.served_number = event.served_number
        and total.usage_type = event.usage_type
        and event.started_at >= total.from_at
        and event.started_at < total.to_at
),

single as (
    select
        *,
        row_number() over (
            partition by session_total_id order by coalesce(partial_sequence, 0), started_at nulls last
        ) as place
    from delivered
    where copy_number = 1
),

recorded as (
    select
        session_total_id,
        count(*) as records,
        sum(quantity) as quantity,
        min(started_at) as started_at,
        max(case when place = 1 then event_reference end) as event_reference,
        max(case when place = 1 then service_id end) as service_id,
        max(case when place = 1 then zone end) as zone
    from single
    group by session_total_id
),

rejected as (
    select
        total.session_total_id,
        count(*) as records,
        sum(coalesce(reject.quantity, 0)) as quantity
    from total
    inner join {{ ref('fct_usage_reject') }} as reject
        on total.charging_id = reject.charging_id
        and total.usage_type = reject.usage_type
        and coalesce(reject.started_at, total.started_at) >= total.from_at
        and coalesce(reject.started_at, total.started_at) < total.to_at
    where reject.accepted_event_reference is null
    group by total.session_total_id
),

measured as (
    select
        total.session_total_id,
        total.network_element,
        total.usage_type,
        total.started_at as measured_at,
        total.quantity as measured_quantity,
        total.records as measured_records,
        recorded.event_reference,
        recorded.service_id,
        recorded.zone,
        recorded.started_at as recorded_at,
        recorded.quantity as recorded_quantity,
        recorded.records as recorded_records,
        coalesce(rejected.records, 0) as rejected_records,
        total.records - recorded.records - coalesce(rejected.records, 0) as missing_records,
        total.quantity - recorded.quantity - coalesce(rejected.quantity, 0) as missing_quantity,
        {{ epoch_seconds('recorded.started_at') }} - {{ epoch_seconds('total.started_at') }} as drift_seconds
    from total
    inner join recorded
        on total.session_total_id = recorded.session_total_id
    left join rejected
        on total.session_total_id = rejected.session_total_id
),

different as (
    select
        measured.*,
        case
            when missing_records > 0 and missing_quantity > 0 then 'missing_part'
            when
                missing_records <= 0
                and missing_quantity > case usage_type
                    when 'voice' then {{ control_parameter('U7', 'voice_tolerance_seconds', 'double') }}
                    else measured_quantity * {{ control_parameter('U7', 'volume_tolerance_share', 'double') }}
                end
                then 'truncated'
            when
                recorded_records = 1
                and rejected_records = 0
                and abs(drift_seconds) > {{ control_parameter('U7', 'max_drift_seconds', 'bigint') }}
                then 'clock_drift'
        end as difference
    from measured
),

held as (
    select
        different.*,
        subscription.subscription_id_billing,
        subscription.billing_account_id,
        subscription.customer_id,
        plan.product_offering_id,
        currency.currency_code,
        run.bill_run_id,
        run.period_start,
        run.period_end,
        allowance.product_offering_id is not null as has_allowance,
        row_number() over (
            partition by different.session_total_id, currency.currency_code
            order by subscription.valid_from desc nulls last, plan.valid_from desc nulls last
        ) as holder_rank
    from different
    {{ join_payer('different', at='recorded_at') }}
    left join (
        select distinct product_offering_id, usage_type, zone from {{ ref('dim_usage_allowance') }}
    ) as allowance
        on plan.product_offering_id = allowance.product_offering_id
        and different.usage_type = allowance.usage_type
        and different.zone = allowance.zone
    where different.difference is not null
),

judged as (
    select
        *,
        -- the record as it should have been takes the place of the one that is
        difference <> 'missing_part' and recorded_records = 1 and rejected_records = 0 and not has_allowance as is_replaced
    from held
    where holder_rank = 1 and (difference <> 'clock_drift' or not has_allowance)
),

charge as (
    {% for side in ['due', 'recorded'] %}
    select
        concat_ws('|', '{{ side }}', session_total_id, currency_code) as event_key,
        product_offering_id,
        usage_type,
        zone,
        currency_code,
        {%- if side == 'due' %}
        case
            when not is_replaced then missing_quantity
            when difference = 'truncated' then measured_quantity
            else recorded_quantity
        end as quantity,
        case
            when abs(drift_seconds) > {{ control_parameter('U7', 'max_drift_seconds', 'bigint') }} then measured_at
            else recorded_at
        end as started_at,
        {%- else %}
        recorded_quantity as quantity,
        recorded_at as started_at,
        {%- endif %}
        session_total_id as tie_break,
        bill_run_id,
        subscription_id_billing as product_holder,
        billing_account_id as account_holder
    from judged
    {{ 'where is_replaced' if side == 'recorded' }}
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

priced as (
    {{ re_rated('charge', ref('int_usage_allowance__left_over')) }}
)

select
    judged.session_total_id,
    judged.network_element,
    judged.event_reference,
    judged.service_id,
    judged.subscription_id_billing,
    judged.billing_account_id,
    judged.customer_id,
    judged.usage_type,
    judged.zone,
    judged.difference,
    judged.measured_at,
    judged.recorded_at,
    judged.drift_seconds,
    judged.measured_records,
    judged.recorded_records,
    judged.measured_quantity,
    judged.recorded_quantity,
    judged.missing_quantity,
    judged.bill_run_id,
    judged.period_start,
    judged.period_end,
    due.product_offering_price_id,
    {%- for side in ['due', 'recorded'] %}
    case when {{ side }}.is_crossing then {{ side }}.expected_amount else {{ side }}.unit_price end as {{ side }}_unit_price,
    case when {{ side }}.is_crossing then 1 else {{ side }}.charged_steps end as {{ side }}_steps,
    {%- endfor %}
    judged.currency_code,
    -- without a price on either side it can't be told
    case
        when not judged.is_replaced then due.expected_amount
        else due.expected_amount - recorded.expected_amount
    end as difference_amount
from judged
inner join priced as due
    on concat_ws('|', 'due', judged.session_total_id, judged.currency_code) = due.event_key
left join priced as recorded
    on concat_ws('|', 'recorded', judged.session_total_id, judged.currency_code) = recorded.event_key
