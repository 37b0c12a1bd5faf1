-- Billing account records of all systems in canonical columns (only billing holds any today). Grain: record_id.

with

record as (
    {{ conformed_records('billing_account', [
        'record_id', 'system', 'entity', 'source_key', 'customer_record_id', 'account_name', 'bill_cycle', 'status_code',
        'known_since_at', 'opened_at', 'closed_at', 'changed_at'
    ]) }}
),

status_vocabulary as (

    select * from {{ ref('status_vocabulary') }}
    where entity = 'billing_account'

)

select
    record.record_id,
    record.system,
    record.entity,
    record.source_key,
    record.customer_record_id,
    record.account_name,
    record.bill_cycle,
    record.status_code,
    status_vocabulary.canonical_value as status,
    record.known_since_at,
    record.opened_at,
    record.closed_at,
    record.changed_at
from record
left join status_vocabulary
    on record.system = status_vocabulary.system
    and {{ code_key('record.status_code') }} = status_vocabulary.source_value
