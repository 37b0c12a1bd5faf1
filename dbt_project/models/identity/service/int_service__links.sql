-- Every link between two service records, with method, rule, score and evidence. Grain: left_record_id, right_record_id, rule.

with

rule as (

    select * from {{ ref('identity_rule') }}
    where entity = 'service'

),

record as (

    select * from {{ ref('int_service__conformed') }}

),

-- while a SIM served a service, as inventory says
sim_time as (

    select
        imsi,
        record_id,
        min(valid_from) as valid_from,
        max(valid_to) as valid_to
    from {{ ref('int_service__sim_tenure') }}
    group by imsi, record_id

),

proposed as (

    select
        link.left_record_id,
        link.right_record_id,
        link.rule,
        cast(null as bigint) as days_in_common,
        cast(null as bigint) as gap_days,
        sim_time.valid_from,
        sim_time.valid_to
    from {{ ref('int_service__link_by_key') }} as link
    left join record
        on link.left_record_id = record.record_id
    left join sim_time
        on link.rule = 'sim_imsi'
        and record.imsi = sim_time.imsi
        and link.right_record_id = sim_time.record_id
    {%- for by_number in ['int_service__link_by_number', 'int_service__link_by_beginning'] %}
    union
    select
        left_record_id,
        right_record_id,
        rule,
        cast(days_in_common as bigint) as days_in_common,
        cast(null as bigint) as gap_days,
        valid_from,
        valid_to
    from {{ ref(by_number) }}
    {%- endfor %}
    union
    select
        left_record_id,
        right_record_id,
        rule,
        cast(null as bigint) as days_in_common,
        cast(gap_days as bigint) as gap_days,
        cast(null as timestamp) as valid_from,
        cast(null as timestamp) as valid_to
    from {{ ref('int_service__link_by_succession') }}

),

-- a link holds while what ties the two holds and both are there; records that follow one another are one thing over both of their times
held as (

    select
        proposed.*,
        left_record.service_number as left_number,
        right_record.service_number as right_number,
        coalesce(left_record.imsi, right_record.imsi) as imsi,
        greatest(left_record.valid_from, right_record.valid_from, coalesce(proposed.valid_from, left_record.valid_from)) as held_from,
        least(left_record.valid_to, right_record.valid_to, coalesce(proposed.valid_to, left_record.valid_to)) as held_to,
        least(left_record.valid_from, right_record.valid_from) as first_from,
        greatest(left_record.valid_to, right_record.valid_to) as last_to
    from proposed
    inner join record as left_record
        on proposed.left_record_id = left_record.record_id
    inner join record as right_record
        on proposed.right_record_id = right_record.record_id

)

select
    {{ hash_key(["'service'", 'held.left_record_id', 'held.right_record_id', 'held.rule']) }} as link_id,
    held.left_record_id,
    held.right_record_id,
    rule.method,
    held.rule,
    cast(null as string) as rejection_reason,
    {{ json_object_text([
        ('left_number', 'held.left_number'), ('right_number', 'held.right_number'), ('imsi', 'held.imsi'),
        ('days_in_common', 'held.days_in_common'), ('gap_days', 'held.gap_days')
    ]) }} as evidence,
    rule.rank,
    cast(rule.score as decimal(5, 4)) as score,
    cast(null as double) as match_weight,
    true as is_accepted,
    false as is_uncertain,
    case when held.held_from < held.held_to then held.held_from else held.first_from end as valid_from,
    case when held.held_from < held.held_to then held.held_to else held.last_to end as valid_to
from held
inner join rule
    on held.rule = rule.rule
