-- Days on which the network held a service and the product was active, but no subscription of billing covered it.
-- Grain: product, completed run, first unbilled day. The product's days, minus the days of every subscription for the
-- same service or product; what remains counts in each completed run of its account as far as the network proves
-- presence. What a stretch means, and from how many days on it counts, is for the controls to say.

with

expected as (
    select * from {{ ref('int_product__expected_interval') }}
),

subscription as (
    select
        service_id,
        product_id,
        {{ local_date('valid_from') }} as first_day,
        {{ local_date('valid_to') }} as end_day
    from {{ ref('dim_subscription') }}
    where valid_to > valid_from
),

cover as (
    select expected.product_id, subscription.first_day, subscription.end_day
    from expected
    inner join subscription on expected.service_id = subscription.service_id
    union
    select product_id, first_day, end_day
    from subscription
    where product_id is not null
),

gap as (
    {{ uncovered('expected', 'cover', 'product_id') }}
),

unbilled as (
    select
        expected.*,
        run.bill_run_id,
        run.bill_month_days,
        run.period_start,
        run.period_end,
        gap.gap_from,
        gap.gap_to,
        greatest(gap.gap_from, run.period_start) as unbilled_from,
        least(gap.gap_to, run.period_end) as unbilled_to
    from gap
    inner join expected
        on gap.product_id = expected.product_id
    inner join {{ ref('fct_bill_run') }} as run
        on expected.bill_cycle = run.bill_cycle
        and run.status = 'completed'
        and gap.gap_from < run.period_end
        and gap.gap_to > run.period_start
),

proven as (
    select
        unbilled.product_id,
        unbilled.bill_run_id,
        unbilled.unbilled_from,
        unbilled.gap_from,
        sum({{ shared_days('unbilled.unbilled_from', 'unbilled.unbilled_to', 'island.first_day', 'island.end_day') }})
            as present_days
    from unbilled
    inner join {{ ref('int_service__presence_island') }} as island
        on unbilled.service_id = island.service_id
        and island.presence_scope = 'billable'
        and unbilled.unbilled_from < island.end_day
        and unbilled.unbilled_to > island.first_day
    group by unbilled.product_id, unbilled.bill_run_id, unbilled.unbilled_from, unbilled.gap_from
),

judged as (
    select
        *,
        sum(present_days) over (partition by product_id, gap_from) as present_days_of_gap
    from proven
)

select
    concat_ws(':', 'service_day', unbilled.service_id, cast(unbilled.unbilled_from as string)) as claim_key,
    unbilled.service_id,
    unbilled.customer_id,
    unbilled.billing_account_id,
    unbilled.product_id,
    unbilled.source_system,
    unbilled.product_id_source,
    unbilled.product_offering_id,
    unbilled.bill_run_id,
    unbilled.bill_month_days,
    unbilled.period_start,
    unbilled.period_end,
    unbilled.expected_from,
    unbilled.expected_to,
    unbilled.gap_from,
    unbilled.gap_to,
    unbilled.unbilled_from,
    unbilled.unbilled_to,
    judged.present_days,
    judged.present_days_of_gap
from unbilled
inner join judged
    on unbilled.product_id = judged.product_id
    and unbilled.bill_run_id = judged.bill_run_id
    and unbilled.unbilled_from = judged.unbilled_from
