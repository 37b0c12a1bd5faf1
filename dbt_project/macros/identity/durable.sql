{#-
    Durable IDs: which ID each group of records has, given which records had which ID before (source `registry`).

    A build of an earlier instant sees the registry as it was then: rows that began later are unknown, rows that ended later still hold.
    `revision` counts the changes of one entity's registry; it orders what has the same data time, for a steward's decision changes
    identity without any new load.
-#}

{#- The entities that have durable IDs. -#}
{% macro identified_entities() -%}
    {{ return(['customer', 'billing_account', 'product', 'service', 'resource']) }}
{%- endmacro %}

{#- One select for each entity that has durable IDs, one under the other: the caller's, with the entity's name. -#}
{% macro union_of_entities() -%}
    {%- for entity in identified_entities() %}
    {{ caller(entity) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
{%- endmacro %}

{#- The rows of a registry table that are known at now_at, each with whether it still held then (is_open): a select. -#}
{% macro registry_rows(table, entity) -%}
    select
        past.*,
        past.valid_to > clock.now_at as is_open
    from {{ source('registry', table) }} as past
    cross join {{ ref('int_identity__clock') }} as clock
    where past.entity = '{{ entity }}'
        and past.valid_from <= clock.now_at
{%- endmacro %}

{#-
    Every ID of an entity and where it stands after this build: the body of int_<entity>__identity.

    1. Each known ID goes to one group: that of its oldest evidence, among the records that have it and still exist. Evidence is as old
       as the record's stay under the ID, then as known_since_at: what joins later, be it a whole source, takes no ID away. An ID that no
       record has any more is claimed by the records that had it when it ended, or were gone from their system by then.
    2. Each group takes one ID: of those that records brought along the one that was minted first, then the smallest; only a group to
       which no record brings one gets a former one back, the one that ended last. The other IDs of the group lead to it.
    3. A group without ID gets a new one, of its most senior record's name; where that ID was given away before, of name and revision.
-#}
{% macro durable_identity(entity) -%}
with

clock as (

    select now_at from {{ ref('int_identity__clock') }}

),

grouped as (

    select
        member.record_id,
        member.senior_record_id,
        record.known_since_at
    from {{ ref('int_' ~ entity ~ '__grouping') }} as member
    left join {{ ref('int_' ~ entity ~ '__conformed') }} as record
        on member.record_id = record.record_id

),

known_stay as (
    {{ registry_rows('identity_record', entity) }}
),

known_standing as (
    {{ registry_rows('identity', entity) }}
),

known as (

    select
        entity_id,
        is_live,
        successor_id,
        origin_id,
        minted_from_record_id,
        minted_at,
        minted_revision
    from known_standing
    where is_open

),

stay as (

    select
        record_id,
        entity_id,
        is_open,
        revision,
        -- of a row that ends after now_at nobody knows so yet
        case when not is_open then ended_revision end as ended_revision
    from known_stay

),

change_number as (

    select coalesce(max(greatest(revision, coalesce(ended_revision, revision))), 0) + 1 as revision
    from stay

),

numbered as (

    select
        stay.*,
        coalesce(lag(entity_id) over (partition by record_id order by revision asc nulls last) = entity_id, false) as is_continued,
        lead(revision) over (partition by record_id order by revision asc nulls last) as next_revision
    from stay

),

followed as (

    select
        numbered.record_id,
        numbered.entity_id,
        numbered.is_open,
        numbered.ended_revision,
        numbered.next_revision,
        -- a record that was away for a while, and nowhere else, has the ID since before
        max(case when not numbered.is_continued then numbered.revision end) over (
            partition by numbered.record_id
            order by numbered.revision asc nulls last
            rows between unbounded preceding and current row
        ) as first_revision,
        max(case when numbered.is_open then 1 else 0 end) over (partition by numbered.entity_id) as is_held,
        max(numbered.ended_revision) over (partition by numbered.entity_id) as last_ended_revision
    from numbered

),

evidence as (

    select
        followed.entity_id,
        followed.is_open,
        followed.last_ended_revision,
        grouped.senior_record_id,
        row_number() over (
            partition by followed.entity_id
            order by
                -- the records that have it, or had it when it ended, come before those that were gone by then
                case
                    when followed.is_open then 0
                    when followed.is_held = 0 and followed.ended_revision = followed.last_ended_revision then 0
                    else 1
                end asc nulls last,
                followed.first_revision asc nulls last,
                grouped.known_since_at asc nulls last,
                followed.record_id asc nulls last
        ) as evidence_rank
    from followed
    inner join grouped
        on followed.record_id = grouped.record_id
    where followed.is_open
        or followed.next_revision is null
        or (followed.is_held = 0 and followed.next_revision >= followed.last_ended_revision)

),

claim as (

    select
        evidence.entity_id,
        evidence.senior_record_id,
        row_number() over (
            partition by evidence.senior_record_id
            order by
                case when evidence.is_open then 0 else 1 end asc nulls last,
                case when not evidence.is_open then evidence.last_ended_revision end desc nulls last,
                known.minted_revision asc nulls last,
                evidence.entity_id asc nulls last
        ) as preference
    from evidence
    inner join known
        on evidence.entity_id = known.entity_id
    where evidence.evidence_rank = 1

),

chosen as (

    select
        senior_record_id,
        entity_id
    from claim
    where preference = 1

),

target as (

    select
        claim.entity_id,
        chosen.senior_record_id,
        chosen.entity_id as target_id
    from claim
    inner join chosen
        on claim.senior_record_id = chosen.senior_record_id

),

unnamed as (

    select distinct
        grouped.senior_record_id,
        {{ cluster_id(entity, 'grouped.senior_record_id') }} as candidate_id
    from grouped
    left join chosen
        on grouped.senior_record_id = chosen.senior_record_id
    where chosen.senior_record_id is null

),

parted as (

    select
        unnamed.senior_record_id,
        stay.entity_id as origin_id,
        row_number() over (
            partition by unnamed.senior_record_id
            order by grouped.known_since_at asc nulls last, grouped.record_id asc nulls last
        ) as origin_rank
    from unnamed
    inner join grouped
        on unnamed.senior_record_id = grouped.senior_record_id
    inner join stay
        on grouped.record_id = stay.record_id
        and stay.is_open

),

minted as (

    select
        unnamed.senior_record_id,
        case
            when taken.entity_id is null then unnamed.candidate_id
            else {{ cluster_id(entity, "concat_ws('|', unnamed.senior_record_id, cast(change_number.revision as string))") }}
        end as entity_id,
        parted.origin_id
    from unnamed
    cross join change_number
    left join known as taken
        on unnamed.candidate_id = taken.entity_id
    left join parted
        on unnamed.senior_record_id = parted.senior_record_id
        and parted.origin_rank = 1

),

split_off as (

    select distinct origin_id as entity_id
    from minted
    where origin_id is not null

),

placed as (

    select
        known.entity_id,
        case when own.target_id = known.entity_id then own.senior_record_id end as senior_record_id,
        coalesce(own.target_id = known.entity_id, false) as is_live,
        case
            when own.target_id = known.entity_id then null
            when own.target_id is not null then own.target_id
            -- none of its records exists: it goes where the ID that it led to goes
            when known.successor_id is not null then coalesce(of_successor.target_id, known.successor_id)
        end as successor_id,
        known.is_live as was_live,
        known.successor_id as former_successor_id,
        split_off.entity_id is not null as is_split,
        known.origin_id,
        known.minted_from_record_id,
        known.minted_at,
        known.minted_revision
    from known
    left join target as own
        on known.entity_id = own.entity_id
    left join target as of_successor
        on known.successor_id = of_successor.entity_id
    left join split_off
        on known.entity_id = split_off.entity_id

)

select
    placed.entity_id,
    placed.senior_record_id,
    placed.is_live,
    placed.successor_id,
    case
        when placed.is_live and not placed.was_live and placed.former_successor_id is null then 'revived'
        when placed.is_live and not placed.was_live then 'restored'
        when placed.is_live and placed.is_split then 'split'
        when placed.is_live then null
        when placed.successor_id is null and placed.was_live then 'retired'
        when placed.successor_id is null then null
        when placed.was_live or coalesce(placed.former_successor_id, '') <> placed.successor_id then 'merged'
    end as change_reason,
    placed.origin_id,
    placed.minted_from_record_id,
    placed.minted_at,
    placed.minted_revision,
    change_number.revision
from placed
cross join change_number
union all
select
    minted.entity_id,
    minted.senior_record_id,
    true as is_live,
    cast(null as string) as successor_id,
    case when minted.origin_id is null then 'minted' else 'split' end as change_reason,
    minted.origin_id,
    minted.senior_record_id as minted_from_record_id,
    clock.now_at as minted_at,
    change_number.revision as minted_revision,
    change_number.revision
from minted
cross join clock
cross join change_number
{%- endmacro %}

{#- The records of an entity with the ID of their group: the body of int_<entity>__cluster. carried: further columns of the grouping. -#}
{% macro identified_records(entity, carried) -%}
select
    member.record_id,
    member.senior_record_id,
    standing.entity_id as {{ entity }}_id
    {%- for column in carried %},
    member.{{ column }}
    {%- endfor %}
from {{ ref('int_' ~ entity ~ '__grouping') }} as member
left join {{ ref('int_' ~ entity ~ '__identity') }} as standing
    on member.senior_record_id = standing.senior_record_id
    and standing.is_live
{%- endmacro %}

{#- The history of an entity's IDs after this build: a select with core.dim_identity's columns. -#}
{% macro identity_history(entity) -%}
    select
        '{{ entity }}' as entity,
        past.entity_id,
        past.valid_from,
        case
            when not past.is_open then past.valid_to
            when standing.change_reason is not null then clock.now_at
            else {{ open_end() }}
        end as valid_to,
        past.is_open and standing.change_reason is null as is_current,
        past.reason,
        past.is_live,
        past.successor_id,
        coalesce(standing.successor_id, past.entity_id) as resolved_id,
        past.origin_id,
        past.minted_from_record_id,
        past.minted_at,
        past.minted_revision,
        past.revision
    from ({{ registry_rows('identity', entity) }}) as past
    cross join {{ ref('int_identity__clock') }} as clock
    inner join {{ ref('int_' ~ entity ~ '__identity') }} as standing
        on past.entity_id = standing.entity_id
    union all
    select
        '{{ entity }}' as entity,
        standing.entity_id,
        clock.now_at as valid_from,
        {{ open_end() }} as valid_to,
        true as is_current,
        standing.change_reason as reason,
        standing.is_live,
        standing.successor_id,
        coalesce(standing.successor_id, standing.entity_id) as resolved_id,
        standing.origin_id,
        standing.minted_from_record_id,
        standing.minted_at,
        standing.minted_revision,
        standing.revision
    from {{ ref('int_' ~ entity ~ '__identity') }} as standing
    cross join {{ ref('int_identity__clock') }} as clock
    where standing.change_reason is not null
{%- endmacro %}

{#- Which record had which ID, after this build: a select with core.bridge_identity_record's columns. -#}
{% macro identity_record_history(entity) -%}
    select
        '{{ entity }}' as entity,
        past.record_id,
        past.entity_id,
        past.valid_from,
        case
            when not past.is_open then past.valid_to
            when present.record_id is null then clock.now_at
            else {{ open_end() }}
        end as valid_to,
        past.is_open and present.record_id is not null as is_current,
        past.reason,
        past.revision,
        case
            when not past.is_open then past.ended_revision
            when present.record_id is null then standing.revision
        end as ended_revision
    from ({{ registry_rows('identity_record', entity) }}) as past
    cross join {{ ref('int_identity__clock') }} as clock
    inner join {{ ref('int_' ~ entity ~ '__identity') }} as standing
        on past.entity_id = standing.entity_id
    left join {{ ref('int_' ~ entity ~ '__cluster') }} as present
        on past.record_id = present.record_id
        and past.entity_id = present.{{ entity }}_id
    union all
    select
        '{{ entity }}' as entity,
        present.record_id,
        present.{{ entity }}_id as entity_id,
        clock.now_at as valid_from,
        {{ open_end() }} as valid_to,
        true as is_current,
        case
            when previous.record_id is null and earlier.record_id is not null then 'returned'
            when previous.record_id is null and standing.minted_revision = standing.revision then 'minted'
            when previous.record_id is null then 'joined'
            when standing.minted_revision = standing.revision then 'split'
            when standing.change_reason in ('restored', 'revived') then 'restored'
            when former.successor_id = present.{{ entity }}_id then 'merged'
            else 'moved'
        end as reason,
        standing.revision,
        cast(null as bigint) as ended_revision
    from {{ ref('int_' ~ entity ~ '__cluster') }} as present
    cross join {{ ref('int_identity__clock') }} as clock
    inner join {{ ref('int_' ~ entity ~ '__identity') }} as standing
        on present.{{ entity }}_id = standing.entity_id
    left join ({{ registry_rows('identity_record', entity) }}) as previous
        on present.record_id = previous.record_id
        and previous.is_open
    left join {{ ref('int_' ~ entity ~ '__identity') }} as former
        on previous.entity_id = former.entity_id
    left join (
        select distinct past.record_id from ({{ registry_rows('identity_record', entity) }}) as past
    ) as earlier
        on present.record_id = earlier.record_id
    where previous.record_id is null
        or previous.entity_id <> present.{{ entity }}_id
{%- endmacro %}
