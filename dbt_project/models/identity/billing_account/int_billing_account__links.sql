-- Links between billing account records. Only billing holds accounts, so there is no pair to link yet; a second billing system
-- proposes its links here. Grain: left_record_id, right_record_id, rule.

with

record as (

    select * from {{ ref('int_billing_account__conformed') }}

)

select
    {{ hash_key(["'billing_account'", 'left_record.record_id', 'right_record.record_id', "'account_number'"]) }} as link_id,
    left_record.record_id as left_record_id,
    right_record.record_id as right_record_id,
    'key' as method,
    'account_number' as rule,
    cast(null as string) as rejection_reason,
    {{ json_object_text([('account_id', 'left_record.source_key')]) }} as evidence,
    10 as rank,
    cast(1 as decimal(5, 4)) as score,
    cast(null as double) as match_weight,
    true as is_accepted,
    false as is_uncertain,
    {{ open_start() }} as valid_from,
    {{ open_end() }} as valid_to
from record as left_record
inner join record as right_record
    on left_record.source_key = right_record.source_key
    and left_record.system < right_record.system
