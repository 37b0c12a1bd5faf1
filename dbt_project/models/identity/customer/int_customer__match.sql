-- Pairs of customer records as the linker scored them, with the evidence of each field. Grain: left_record_id < right_record_id.
-- Pairs below the linker's floor are not here; int_customer__linkage counts them.

{{ config(materialized='view') }}

select
    left_record_id,
    right_record_id,
    party_type,
    blocking_rule,
    match_weight,
    match_probability,
    evidence,
    left_hash,
    right_hash,
    model_id
from {{ ref('int_customer__linkage') }}
where kind = 'pair'
