-- Every link between two resource records: the register's SIMs and the alarms' objects with inventory's resources.
-- Grain: left_record_id. Each joins one inventory resource, by the strongest rule that applies. A written name that several
-- inventory resources bear links to the one in operation last.

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
    select record.record_id as left_record_id, inventory.record_id as right_record_id, 'written_name' as rule
    from record
    inner join inventory
        on record.plant_key = inventory.plant_key
    where record.system = 'alarms'

),

ranked as (

    select
        proposed.left_record_id,
        proposed.right_record_id,
        proposed.rule,
        rule.method,
        rule.rank,
        cast(rule.score as decimal(5, 4)) as score,
        left_record.resource_name as left_name,
        right_record.resource_name as right_name,
        coalesce(left_record.imsi, right_record.imsi) as imsi,
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

)

select
    {{ hash_key(["'resource'", 'left_record_id', 'right_record_id', 'rule']) }} as link_id,
    left_record_id,
    right_record_id,
    method,
    rule,
    -- each record joins one inventory resource only
    case when choice > 1 then 'stronger_link' end as rejection_reason,
    {{ json_object_text([('left_name', 'left_name'), ('right_name', 'right_name'), ('imsi', 'imsi')]) }} as evidence,
    rank,
    score,
    cast(null as double) as match_weight,
    choice = 1 as is_accepted,
    false as is_uncertain,
    {{ open_start() }} as valid_from,
    {{ open_end() }} as valid_to
from ranked
