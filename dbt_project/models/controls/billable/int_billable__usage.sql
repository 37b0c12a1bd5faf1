-- What usage is worth by the catalogue: in which bill month it was used, and in which it was due. Grain: usage_kind,
-- billing_account_id, month, charge_month, currency_code.
--   rated     what rating has a row for, re-rated; what can't be priced stands at its rated amount
--   waiting   used in a completed period, but rated after its run: at the rated amount until its run re-rates it; and usage of
--             cards that are too young to be missed by anybody
--   unbilled  of days on which no subscription stood for the product
--   unrated   what rating has no row for
-- Usage of a second card that inventory doesn't list under the customer's service isn't the customer's.

with

run as (
    select
        *,
        {{ month_start('period_start') }} as month
    from {{ ref('fct_bill_run') }}
    where status = 'completed'
),

listed as (
    select presence.service_id, presence.source_key as imsi, presence.valid_from, presence.valid_to
    from {{ ref('fct_network_presence') }} as presence
    inner join {{ ref('bridge_service_listed_sim') }} as card
        on presence.service_id = card.service_id
        and presence.source_key = card.imsi
    where presence.system = 'subscribers' and presence.state = 'active'
),

second_card as (
    select distinct own.service_id, own.source_key as imsi
    from {{ ref('fct_network_presence') }} as own
    inner join listed
        on own.service_id = listed.service_id
        and own.source_key <> listed.imsi
        and own.valid_from < listed.valid_to
        and own.valid_to > listed.valid_from
    left join {{ ref('bridge_service_listed_sim') }} as card
        on own.service_id = card.service_id
        and own.source_key = card.imsi
    where own.system = 'subscribers' and own.state = 'active' and card.imsi is null
),

foreign_event as (
    select distinct event.event_reference
    from second_card
    inner join {{ ref('fct_usage') }} as event
        on second_card.imsi = event.served_imsi
    inner join listed
        on second_card.service_id = listed.service_id
        and event.started_at >= listed.valid_from
        and event.started_at < listed.valid_to
),

rated as (
    select
        rated_usage.billing_account_id,
        rated_usage.started_at,
        rated_usage.currency_code,
        run.month as charge_month,
        run.bill_cycle,
        case when rated_usage.started_at >= run.period_start_at then run.month end as own_month,
        coalesce(re_rated.expected_amount, re_rated.rated_amount) as amount
    from {{ ref('int_rated_usage__re_rated') }} as re_rated
    inner join {{ ref('fct_rated_usage') }} as rated_usage
        on re_rated.rated_usage_id = rated_usage.rated_usage_id
    inner join run
        on re_rated.bill_run_id = run.bill_run_id
    left join foreign_event
        on rated_usage.event_reference = foreign_event.event_reference
    where foreign_event.event_reference is null
),

-- Used in an earlier period than the run that charges it: few. Before the first run there is none to belong to.
late as (
    select
        rated.billing_account_id,
        rated.currency_code,
        rated.charge_month,
        coalesce(run.month, rated.charge_month) as month,
        rated.amount
    from rated
    left join run
        on rated.bill_cycle = run.bill_cycle
        and rated.started_at >= run.period_start_at
        and rated.started_at < run.period_end_at
    where rated.own_month is null
),

waiting as (
    select
        rated_usage.billing_account_id,
        rated_usage.currency_code,
        run.month,
        rated_usage.amount
    from {{ ref('fct_rated_usage') }} as rated_usage
    inner join {{ ref('dim_billing_account') }} as account
        on rated_usage.billing_account_id = account.billing_account_id
    inner join run
        on account.bill_cycle = run.bill_cycle
        and rated_usage.started_at >= run.period_start_at
        and rated_usage.started_at < run.period_end_at
    left join {{ ref('int_rated_usage__repeat') }} as copy
        on rated_usage.rated_usage_id = copy.rated_usage_id
    where
        rated_usage.charge_bill_run_id is null
        and not rated_usage.is_reversed
        and not rated_usage.is_reversal
        and copy.rated_usage_id is null
),

unbilled as (
    select
        stretch.billing_account_id,
        used.currency_code,
        {{ month_start('stretch.period_start') }} as month,
        used.usage_amount as amount
    from {{ ref('int_product__unbilled_usage') }} as used
    inner join (
        select service_id, bill_run_id, unbilled_from, max(billing_account_id) as billing_account_id, max(period_start) as period_start
        from {{ ref('int_product__unbilled_stretch') }}
        group by service_id, bill_run_id, unbilled_from
    ) as stretch
        on used.service_id = stretch.service_id
        and used.bill_run_id = stretch.bill_run_id
        and used.unbilled_from = stretch.unbilled_from
),

item as (
    select 'rated' as usage_kind, billing_account_id, own_month as month, charge_month, currency_code, amount
    from rated
    where own_month is not null
    union all
    select 'rated' as usage_kind, billing_account_id, month, charge_month, currency_code, amount from late
    union all
    select 'waiting' as usage_kind, billing_account_id, month, cast(null as date) as charge_month, currency_code, amount
    from waiting
    union all
    select 'unbilled' as usage_kind, billing_account_id, month, month as charge_month, currency_code, amount from unbilled
    union all
    select
        case when is_waiting then 'waiting' else 'unrated' end as usage_kind,
        billing_account_id,
        month,
        case when not is_waiting then month end as charge_month,
        currency_code,
        amount
    from {{ ref('int_billable__unrated_event') }}
)

select
    usage_kind,
    billing_account_id,
    month,
    charge_month,
    currency_code,
    cast(sum(amount) as decimal(18, 6)) as amount
from item
group by usage_kind, billing_account_id, month, charge_month, currency_code
