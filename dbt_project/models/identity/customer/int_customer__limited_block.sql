-- Values that too many customer records share for comparing each with each: what the linker left out, and why.
-- Grain: blocking_rule, block_value.

{{ config(materialized='view') }}

select
    blocking_rule,
    block_value,
    record_count,
    pairs_left_out,
    reason
from {{ ref('int_customer__linkage') }}
where kind = 'limited_block'
