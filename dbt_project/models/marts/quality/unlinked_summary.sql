-- How many records lack the counterpart that is expected of them, per system, and whether that is still usual.
-- Grain: entity, system, expected_systems.

with

counterpart as (

    select * from {{ ref('counterpart') }}

),

expected as (

    select
        entity,
        system,
        count(*) as record_count,
        sum(case when is_live then 1 else 0 end) as live_count
    from {{ ref('dim_source_record') }}
    where is_expected
    group by entity, system

),

reason as (

    select
        entity,
        system,
        expected_systems,
        reason,
        count(*) as record_count,
        sum(case when is_live then 1 else 0 end) as live_count
    from {{ ref('fct_unlinked_record') }}
    group by entity, system, expected_systems, reason

),

unlinked as (

    select
        entity,
        system,
        expected_systems,
        sum(record_count) as record_count,
        sum(live_count) as live_count
    from reason
    group by entity, system, expected_systems

),

ranked_reason as (

    select
        *,
        row_number() over (
            partition by entity, system, expected_systems order by record_count desc nulls last, reason asc nulls last
        ) as reason_rank
    from reason

),

top_reason as (

    select
        entity,
        system,
        expected_systems,
        -- numbered, so that an alphabetical list is in order of frequency
        {{ distinct_list("concat_ws('', cast(reason_rank as string), '. ', replace(reason, '_', ' '), ' (', cast(record_count as string), ')')") }}
            as top_reasons
    from ranked_reason
    where reason_rank <= 3
    group by entity, system, expected_systems

),

measured as (

    select
        counterpart.entity,
        counterpart.system,
        counterpart.expected_systems,
        counterpart.reason as expectation,
        top_reason.top_reasons,
        coalesce(expected.record_count, 0) as expected_count,
        coalesce(unlinked.record_count, 0) as unlinked_count,
        coalesce(expected.live_count, 0) as live_expected_count,
        coalesce(unlinked.live_count, 0) as live_unlinked_count,
        round(100.0 * coalesce(unlinked.record_count, 0) / nullif(expected.record_count, 0), 2) as unlinked_pct,
        counterpart.ceiling_pct
    from counterpart
    left join expected
        on counterpart.entity = expected.entity
        and counterpart.system = expected.system
    left join unlinked
        on counterpart.entity = unlinked.entity
        and counterpart.system = unlinked.system
        and counterpart.expected_systems = unlinked.expected_systems
    left join top_reason
        on counterpart.entity = top_reason.entity
        and counterpart.system = top_reason.system
        and counterpart.expected_systems = top_reason.expected_systems

)

select
    entity,
    system,
    expected_systems,
    expectation,
    top_reasons,
    cast(expected_count as bigint) as expected_count,
    cast(unlinked_count as bigint) as unlinked_count,
    cast(live_expected_count as bigint) as live_expected_count,
    cast(live_unlinked_count as bigint) as live_unlinked_count,
    cast(unlinked_pct as decimal(5, 2)) as unlinked_pct,
    cast(ceiling_pct as decimal(5, 2)) as ceiling_pct,
    coalesce(unlinked_pct > ceiling_pct, false) as is_over_ceiling
from measured
