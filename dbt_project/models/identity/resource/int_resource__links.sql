-- Every link between two resource records: the register's SIMs, the alarms' objects and what element managers measure, with inventory's
-- resources. Grain: left_record_id, right_record_id, rule. Each record joins one inventory resource, by the strongest rule that applies.
-- A written name that several inventory resources bear links to the one in operation last. Where the names of one record lead to
-- different resources (a cell whose number and identity disagree), none counts: a person decides.

with

rule as (

    select * from {{ ref('identity_rule') }}
    where entity = 'resource'

),

record as (

    select * from {{ ref('int_resource__conformed') }}

),

inventory as (

    select * from record
    where system = 'inventory'

),

proposed as (

    select record.record_id as left_record_id, inventory.record_id as right_record_id, 'imsi' as rule
    from record
    inner join inventory
        on record.imsi = inventory.imsi
    where record.system = 'subscribers'
    union all
    select record.record_id as left_record_id, inventory.record_id as right_record_id, 'iccid' as rule
    from record
    inner join inventory
        on record.iccid_key = inventory.iccid_key
        and inventory.imsi is null
    where record.system = 'subscribers'
    union all
    select record.record_id as left_record_id, inventory.record_id as right_record_id, 'resource_number' as rule
    from record
    inner join inventory
        on record.source_key = inventory.source_key
    where record.system = 'alarms'
    union all
    select record.record_id as left_record_id, inventory.record_id as right_record_id, 'cell_identity' as rule
    from record
    inner join inventory
        on record.cell_identity = inventory.cell_identity
    where record.system = 'performance'
    union all
    select
        record.record_id as left_record_id,
        inventory.record_id as right_record_id,
        case when record.system = 'performance' then 'distinguished_name' else 'written_name' end as rule
    from record
    inner join inventory
        on record.plant_key = inventory.plant_key
    where record.system in ('alarms', 'performance')
    union all
    select record.record_id as left_record_id, inventory.record_id as right_record_id, 'user_label' as rule
    from record
    inner join inventory
        on record.alternative_key = inventory.plant_key
    where record.system = 'performance'

),

ranked as (

    select
        proposed.left_record_id,
        proposed.right_record_id,
        proposed.rule,
        rule.method,
        rule.rank,
        cast(rule.score as decimal(5, 4)) as score,
        left_record.system,
        left_record.resource_name as left_name,
        left_record.alternative_name,
        left_record.cell_identity,
        right_record.resource_name as right_name,
        coalesce(left_record.imsi, right_record.imsi) as imsi,
        greatest(
            coalesce(left_record.started_at, {{ open_start() }}), coalesce(right_record.started_at, {{ open_start() }})
        ) as held_from,
        least(coalesce(left_record.ended_at, {{ open_end() }}), coalesce(right_record.ended_at, {{ open_end() }})) as held_to,
        row_number() over (
            partition by proposed.left_record_id, proposed.rule
            order by
                coalesce(right_record.ended_at, {{ open_end() }}) desc nulls last,
                right_record.started_at desc nulls last,
                proposed.right_record_id asc nulls last
        ) as choice_by_rule,
        row_number() over (
            partition by proposed.left_record_id
            order by
                rule.rank asc nulls last,
                coalesce(right_record.ended_at, {{ open_end() }}) desc nulls last,
                right_record.started_at desc nulls last,
                proposed.right_record_id asc nulls last
        ) as choice
    from proposed
    inner join rule
        on proposed.rule = rule.rule
    inner join record as left_record
        on proposed.left_record_id = left_record.record_id
    inner join record as right_record
        on proposed.right_record_id = right_record.record_id

),

-- what each name of a record leads to; a SIM's card says less than its IMSI and cannot contradict it
judged as (

    select
        *,
        max(case when choice = 1 then right_record_id end) over (partition by left_record_id) as best_record_id,
        system <> 'subscribers'
        and min(case when choice_by_rule = 1 then right_record_id end) over (partition by left_record_id)
        <> max(case when choice_by_rule = 1 then right_record_id end) over (partition by left_record_id) as is_contradicted
    from ranked

)

select
    {{ hash_key(["'resource'", 'left_record_id', 'right_record_id', 'rule']) }} as link_id,
    left_record_id,
    right_record_id,
    method,
    rule,
    case
        when is_contradicted and choice_by_rule = 1 then 'names_disagree'
        -- each record joins one inventory resource only
        when is_contradicted or right_record_id <> best_record_id then 'stronger_link'
    end as rejection_reason,
    {{ json_object_text([
        ('left_name', 'left_name'), ('alternative_name', 'alternative_name'), ('cell_identity', 'cell_identity'),
        ('right_name', 'right_name'), ('imsi', 'imsi')
    ]) }} as evidence,
    rank,
    score,
    cast(null as double) as match_weight,
    right_record_id = best_record_id and not is_contradicted as is_accepted,
    is_contradicted and choice_by_rule = 1 as is_uncertain,
    case when held_from < held_to then held_from else {{ open_start() }} end as valid_from,
    case when held_from < held_to then held_to else {{ open_end() }} end as valid_to
from judged
