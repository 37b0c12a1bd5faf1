-- O1: days on which the network held a service and the product was active, but no subscription of billing covered it.
-- Grain: service, run, first unbilled day.
-- Per completed run of the product's account: the product's days of the period, minus the days of every subscription for the same
-- service or product; what remains counts as far as the network proves presence. Presence that starts late or ends early by a
-- dump (parameter presence_lag_days) doesn't shorten it. Test and staff profiles are no proof: those are control O9's.

with

runs as (
    select * from {{ ref('fct_bill_run') }} where status = 'completed'
),

islands as (
    select * from {{ ref('int_service__presence_island') }} where presence_scope = 'network'
),

products as (
    select
        product.*,
        account.bill_cycle,
        {{ local_day('product.started_at') }} as first_day,
        {{ local_day('coalesce(product.terminated_at, ' ~ open_end() ~ ')') }} as end_day
    from {{ ref('dim_product') }} as product
    inner join {{ ref('dim_product_offering') }} as offering
        on product.product_offering_id = offering.product_offering_id
    inner join {{ ref('dim_billing_account') }} as account
        on product.billing_account_id = account.billing_account_id
    where
        offering.needs_network_service
        and product.service_id is not null
        and product.status in ('active', 'suspended', 'terminated')
),

-- A product that moved from one CRM to the other can be held twice for one service: the later start counts.
expected as (
    select
        products.*,
        runs.bill_run_id,
        runs.period_start,
        runs.period_end,
        runs.bill_month_days,
        greatest(products.first_day, runs.period_start) as expected_from,
        least(products.end_day, runs.period_end) as expected_to,
        row_number() over (
            partition by products.service_id, runs.bill_run_id
            order by products.first_day desc nulls last, products.product_id nulls last
        ) as product_rank
    from products
    inner join runs
        on products.bill_cycle = runs.bill_cycle
        and products.first_day < runs.period_end
        and products.end_day > runs.period_start
),

subscriptions as (
    select
        service_id,
        product_id,
        {{ local_day('valid_from') }} as first_day,
        {{ local_day('valid_to') }} as end_day
    from {{ ref('dim_subscription') }}
    where valid_to > valid_from
),

-- The end of the expected interval closes the last gap.
covers as (
    select expected.service_id, expected.bill_run_id, subscriptions.first_day, subscriptions.end_day
    from expected
    inner join subscriptions
        on expected.service_id = subscriptions.service_id
        and expected.expected_from < subscriptions.end_day
        and expected.expected_to > subscriptions.first_day
    where expected.product_rank = 1
    union
    select expected.service_id, expected.bill_run_id, subscriptions.first_day, subscriptions.end_day
    from expected
    inner join subscriptions
        on expected.product_id = subscriptions.product_id
        and expected.expected_from < subscriptions.end_day
        and expected.expected_to > subscriptions.first_day
    where expected.product_rank = 1
    union
    select service_id, bill_run_id, expected_to as first_day, expected_to as end_day
    from expected
    where product_rank = 1
),

gaps as (
    select
        service_id,
        bill_run_id,
        max(end_day) over (
            partition by service_id, bill_run_id
            order by first_day nulls last, end_day nulls last
            rows between unbounded preceding and 1 preceding
        ) as covered_until,
        first_day as gap_to
    from covers
),

unbilled as (
    select
        expected.*,
        greatest(coalesce(gaps.covered_until, expected.expected_from), expected.expected_from) as unbilled_from,
        gaps.gap_to as unbilled_to
    from expected
    inner join gaps
        on expected.service_id = gaps.service_id
        and expected.bill_run_id = gaps.bill_run_id
    where
        expected.product_rank = 1
        and gaps.gap_to > greatest(coalesce(gaps.covered_until, expected.expected_from), expected.expected_from)
),

proven as (
    select
        unbilled.service_id,
        unbilled.bill_run_id,
        unbilled.unbilled_from,
        sum({{ shared_days('unbilled.unbilled_from', 'unbilled.unbilled_to', 'islands.first_day', 'islands.end_day') }})
            as present_days
    from unbilled
    inner join islands
        on unbilled.service_id = islands.service_id
        and unbilled.unbilled_from < islands.end_day
        and unbilled.unbilled_to > islands.first_day
    group by unbilled.service_id, unbilled.bill_run_id, unbilled.unbilled_from
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
        proven.present_days + {{ control_parameter('O1', 'presence_lag_days', 'integer') }}
    ) as unbilled_days
from unbilled
inner join proven
    on unbilled.service_id = proven.service_id
    and unbilled.bill_run_id = proven.bill_run_id
    and unbilled.unbilled_from = proven.unbilled_from
where proven.present_days >= {{ control_parameter('O1', 'min_unbilled_days', 'integer') }}
