-- O1: days on which the network held a service and the product was active, but no subscription of billing covered it.
-- Grain: product, completed run, first unbilled day.
-- The product's days, minus the days of every subscription for the same service or product; what remains counts in each completed run
-- of its account as far as the network proves presence. Presence that starts late or ends early by a dump (parameter
-- presence_lag_days) doesn't shorten it. A gap is judged as a whole: one day of it may fall into a run, two into the next.

with

run as (
    select * from {{ ref('fct_bill_run') }} where status = 'completed'
),

island as (
    select * from {{ ref('int_service__presence_island') }} where presence_scope = 'billable'
),

-- A product that nobody bills may name no account: then it is due on its customer's.
customer_account as (
    select
        customer_id,
        billing_account_id,
        row_number() over (
            partition by customer_id
            order by
                case status when 'active' then 0 when 'suspended' then 1 else 2 end,
                opened_at desc nulls last,
                billing_account_id nulls last
        ) as account_rank
    from {{ ref('dim_billing_account') }}
),

held as (
    select
        product.product_id,
        product.service_id,
        product.customer_id,
        account.billing_account_id,
        account.bill_cycle,
        product.source_system,
        product.product_id_source,
        product.product_offering_id,
        {{ local_day('product.started_at') }} as first_day,
        {{ local_day('coalesce(product.terminated_at, ' ~ open_end() ~ ')') }} as end_day
    from {{ ref('dim_product') }} as product
    inner join {{ ref('dim_product_offering') }} as offering
        on product.product_offering_id = offering.product_offering_id
    left join customer_account
        on product.customer_id = customer_account.customer_id
        and customer_account.account_rank = 1
    inner join {{ ref('dim_billing_account') }} as account
        on coalesce(product.billing_account_id, customer_account.billing_account_id) = account.billing_account_id
    where
        offering.needs_network_service
        and product.service_id is not null
        and product.status in ('active', 'suspended', 'terminated')
),

-- A product that moved from one CRM to the other is held twice for one service: the later one ends the earlier.
expected as (
    select
        product_id,
        service_id,
        first_day as expected_from,
        least(
            end_day,
            coalesce(lead(first_day) over (partition by service_id order by first_day nulls last, product_id nulls last), end_day)
        ) as expected_to
    from held
),

subscription as (
    select
        service_id,
        product_id,
        {{ local_day('valid_from') }} as first_day,
        {{ local_day('valid_to') }} as end_day
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
        held.product_id,
        held.service_id,
        held.customer_id,
        held.billing_account_id,
        held.source_system,
        held.product_id_source,
        held.product_offering_id,
        run.bill_run_id,
        run.bill_month_days,
        run.period_start,
        run.period_end,
        gap.gap_from,
        greatest(gap.gap_from, run.period_start) as unbilled_from,
        least(gap.gap_to, run.period_end) as unbilled_to
    from gap
    inner join held
        on gap.product_id = held.product_id
    inner join run
        on held.bill_cycle = run.bill_cycle
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
    inner join island
        on unbilled.service_id = island.service_id
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
    'O1' as control_id,
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
    unbilled.unbilled_from,
    unbilled.unbilled_to,
    least(
        {{ dbt.datediff('unbilled.unbilled_from', 'unbilled.unbilled_to', 'day') }},
        judged.present_days + {{ control_parameter('O1', 'presence_lag_days', 'integer') }}
    ) as unbilled_days
from unbilled
inner join judged
    on unbilled.product_id = judged.product_id
    and unbilled.bill_run_id = judged.bill_run_id
    and unbilled.unbilled_from = judged.unbilled_from
where judged.present_days_of_gap >= {{ control_parameter('O1', 'min_unbilled_days', 'integer') }}
