-- Every link between two service records, with method, rule, score and evidence. Grain: left_record_id, right_record_id, rule.

with

rule as (

    select * from {{ ref('identity_rule') }}
    where entity = 'service'

),

record as (

    select * from {{ ref('int_service__conformed') }}

),

proposed as (

    select left_record_id, right_record_id, rule, cast(null as bigint) as days_in_common, cast(null as bigint) as gap_days
    from {{ ref('int_service__link_by_key') }}
    union
    select left_record_id, right_record_id, rule, cast(days_in_common as bigint) as days_in_common, cast(null as bigint) as gap_days
    from {{ ref('int_service__link_by_number') }}
    union
    select left_record_id, right_record_id, rule, cast(null as bigint) as days_in_common, cast(gap_days as bigint) as gap_days
    from {{ ref('int_service__link_by_succession') }}

)

select
    {{ hash_key(["'service'", 'proposed.left_record_id', 'proposed.right_record_id', 'proposed.rule']) }} as link_id,
    proposed.left_record_id,
    proposed.right_record_id,
    rule.method,
    proposed.rule,
    cast(null as string) as rejection_reason,
    {{ json_object_text([
        ('left_number', 'left_record.service_number'), ('right_number', 'right_record.service_number'),
        ('imsi', 'coalesce(left_record.imsi, right_record.imsi)'), ('days_in_common', 'proposed.days_in_common'),
        ('gap_days', 'proposed.gap_days')
    ]) }} as evidence,
    rule.rank,
    cast(rule.score as decimal(5, 4)) as score,
    cast(null as double) as match_weight,
    true as is_accepted,
    false as is_uncertain,
    greatest(left_record.valid_from, right_record.valid_from) as valid_from,
    -- records that follow one another are one thing over both of their times
    greatest(
        least(left_record.valid_to, right_record.valid_to), greatest(left_record.valid_from, right_record.valid_from)
    ) as valid_to
from proposed
inner join rule
    on proposed.rule = rule.rule
inner join record as left_record
    on proposed.left_record_id = left_record.record_id
inner join record as right_record
    on proposed.right_record_id = right_record.record_id
