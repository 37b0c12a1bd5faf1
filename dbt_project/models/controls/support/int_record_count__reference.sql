-- What elements' records hold, and what of it is charged. Grain: recording_entity, usage_type, day, offering, zone,
-- currency (these three null for the units of all records).
-- Records that mediation has, each once, of days that every cycle has billed. Charged: units as the catalogue rounds them, of
-- what billing rates, less what its allowance has left: the same once more would draw on that.

with

billed_until as (
    select min(cycle_billed_until) as billed_until
    from (
        select max(period_end_at) as cycle_billed_until
        from {{ ref('fct_bill_run') }}
        where status = 'completed'
        group by bill_cycle
    ) as cycle
),

record as (
    select
        event.event_reference,
        event.recording_entity,
        event.usage_type,
        event.local_sequence_number,
        event.quantity,
        event.started_at,
        cast(event.started_at as date) as reference_day
    from {{ ref('fct_usage') }} as event
    cross join billed_until
    where event.local_sequence_number is not null and event.started_at < billed_until.billed_until
),

single as (
    select
        recording_entity,
        usage_type,
        reference_day,
        local_sequence_number,
        started_at,
        max(quantity) as quantity
    from record
    group by recording_entity, usage_type, reference_day, local_sequence_number, started_at
),

left_over as (
    select product_offering_price_id, holder, bill_run_id, granted_units as left_units
    from {{ ref('int_usage_allowance__left_over') }}
    where granted_units > 0
),

charged as (
    select
        record.recording_entity,
        record.usage_type,
        record.reference_day,
        re_rated.product_offering_id,
        re_rated.zone,
        re_rated.currency_code,
        sum(greatest(re_rated.charge_units - coalesce(own.left_units, shared.left_units, 0), 0)) as charge_units
    from {{ ref('int_rated_usage__re_rated') }} as re_rated
    inner join {{ ref('fct_rated_usage') }} as rated_usage
        on re_rated.rated_usage_id = rated_usage.rated_usage_id
    inner join record
        on rated_usage.event_reference = record.event_reference
    left join left_over as own
        on re_rated.allowance_price_id = own.product_offering_price_id
        and re_rated.bill_run_id = own.bill_run_id
        and re_rated.subscription_id_billing = own.holder
    left join left_over as shared
        on re_rated.allowance_price_id = shared.product_offering_price_id
        and re_rated.bill_run_id = shared.bill_run_id
        and rated_usage.billing_account_id = shared.holder
    where re_rated.unpriced_reason is null
    group by
        record.recording_entity, record.usage_type, record.reference_day, re_rated.product_offering_id, re_rated.zone,
        re_rated.currency_code
)

select
    recording_entity,
    usage_type,
    reference_day,
    cast(null as string) as product_offering_id,
    cast(null as string) as zone,
    cast(null as string) as currency_code,
    count(*) as records,
    cast(sum(quantity) as bigint) as units
from single
group by recording_entity, usage_type, reference_day
union all
select
    recording_entity,
    usage_type,
    reference_day,
    product_offering_id,
    zone,
    currency_code,
    0 as records,
    cast(charge_units as bigint) as units
from charged
