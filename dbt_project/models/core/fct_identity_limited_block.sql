-- Values that say nothing about who somebody is, and groups of records too large to compare pair by pair: what linking left out, and why.
-- Grain: limited_block_id. Nothing is left out in silence.

with

identifier as (

    select * from {{ ref('int_customer__identifier') }}
    where not is_usable

),

limited as (

    select
        identifier_type as block_rule,
        identifier_value as block_value,
        unusable_reason as reason,
        count(distinct record_id) as record_count,
        max(people_count) as people_count,
        cast(null as bigint) as pairs_left_out
    from identifier
    group by identifier_type, identifier_value, unusable_reason
    union all
    select
        blocking_rule as block_rule,
        block_value,
        reason,
        record_count,
        cast(null as bigint) as people_count,
        pairs_left_out
    from {{ ref('int_customer__limited_block') }}

)

select
    {{ hash_key(["'customer'", 'block_rule', 'block_value', 'reason']) }} as limited_block_id,
    'customer' as entity,
    block_rule,
    block_value,
    reason,
    cast(record_count as bigint) as record_count,
    cast(people_count as bigint) as people_count,
    pairs_left_out
from limited
