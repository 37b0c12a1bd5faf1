-- U1: hours in which an element wrote more than mediation has. Grain: record_count_id, currency.
-- Value: the missing units at what a unit of the element's other records costs in that hour: the charged units of the days around it
-- (parameter reference_days) at the catalogue's price of the hour, over the units of all its records.

with

missing as (
    select balance.*
    from {{ ref('int_record_count__balance') }} as balance
    cross join {{ ref('int_control__data_day') }} as today
    where
        balance.missing_records >= {{ control_parameter('U1', 'min_missing_records', 'bigint') }}
        and {{ dbt.datediff('balance.period_day', 'today.data_day', 'day') }}
        >= {{ control_parameter('U1', 'days_to_arrive', 'integer') }}
),

around as (
    select
        missing.record_count_id,
        missing.period_start_at,
        reference.product_offering_id,
        missing.usage_type,
        reference.zone,
        reference.currency_code,
        sum(reference.records) as records,
        sum(reference.units) as units
    from missing
    inner join {{ ref('int_record_count__reference') }} as reference
        on missing.recording_entity = reference.recording_entity
        and missing.usage_type = reference.usage_type
        and reference.reference_day
        >= {{ dbt.dateadd('day', '-1 * ' ~ control_parameter('U1', 'reference_days', 'integer'), 'missing.period_day') }}
        and reference.reference_day
        <= {{ dbt.dateadd('day', control_parameter('U1', 'reference_days', 'integer'), 'missing.period_day') }}
    group by
        missing.record_count_id, missing.period_start_at, reference.product_offering_id, missing.usage_type, reference.zone,
        reference.currency_code
),

whole as (
    select record_count_id, records, units
    from around
    where product_offering_id is null and records >= {{ control_parameter('U1', 'min_reference_records', 'bigint') }}
),

worth as (
    select
        around.record_count_id,
        around.currency_code,
        cast(
            sum(cast(around.units as decimal(28, 0)) / nullif(day.unit_size, 0) * day.price_amount) as decimal(18, 6)
        ) as reference_amount
    from around
    inner join {{ ref('int_tariff__price_day') }} as day
        on cast(around.period_start_at as date) = day.event_date
        and around.product_offering_id = day.product_offering_id
        and around.usage_type = day.usage_type
        and around.zone = day.zone
        and around.currency_code = day.currency_code
        and around.period_start_at >= day.from_at
        and around.period_start_at < day.to_at
        and day.valid_prices = 1
    left join {{ ref('usage_zone') }} as zone
        on around.zone = zone.zone
    where not coalesce(zone.is_free_by_rule, false)
    group by around.record_count_id, around.currency_code
)

select
    concat_ws(':', 'record_count', missing.record_count_id, worth.currency_code) as claim_key,
    'U1' as control_id,
    missing.record_count_id,
    missing.recording_entity,
    missing.usage_type,
    missing.period_start_at,
    missing.period_day,
    missing.usage_records,
    missing.received_records,
    missing.missing_records,
    missing.missing_quantity,
    whole.records as reference_records,
    whole.units as reference_quantity,
    worth.reference_amount,
    worth.currency_code,
    cast(
        round(cast(missing.missing_quantity as double) * worth.reference_amount / nullif(whole.units, 0), 6)
        as decimal(18, 6)
    ) as amount
from missing
inner join whole
    on missing.record_count_id = whole.record_count_id
inner join worth
    on missing.record_count_id = worth.record_count_id
where whole.units > 0 and worth.reference_amount > 0 and missing.missing_quantity > 0
