-- Every link between two product records, with method, rule, score and evidence. Grain: left_record_id, right_record_id, rule.

with

rule as (

    select * from {{ ref('identity_rule') }}
    where entity = 'product'

),

record as (

    select * from {{ ref('int_product__conformed') }}

),

proposed as (

    select left_record_id, right_record_id, rule
    from {{ ref('int_product__link_by_key') }}
    union all
    select left_record_id, right_record_id, rule
    from {{ ref('int_product__link_by_service') }}

)

select
    {{ hash_key(["'product'", 'proposed.left_record_id', 'proposed.right_record_id', 'proposed.rule']) }} as link_id,
    proposed.left_record_id,
    proposed.right_record_id,
    rule.method,
    proposed.rule,
    cast(null as string) as rejection_reason,
    {{ json_object_text([
        ('product_reference', 'left_record.product_reference'), ('left_offering', 'left_record.product_offering_id'),
        ('right_offering', 'right_record.product_offering_id')
    ]) }} as evidence,
    rule.rank,
    cast(rule.score as decimal(5, 4)) as score,
    cast(null as double) as match_weight,
    true as is_accepted,
    false as is_uncertain,
    greatest(
        coalesce(left_record.started_at, {{ open_start() }}), coalesce(right_record.started_at, {{ open_start() }})
    ) as valid_from,
    least(
        coalesce(left_record.terminated_at, {{ open_end() }}), coalesce(right_record.terminated_at, {{ open_end() }})
    ) as valid_to
from proposed
inner join rule
    on proposed.rule = rule.rule
inner join record as left_record
    on proposed.left_record_id = left_record.record_id
inner join record as right_record
    on proposed.right_record_id = right_record.record_id
