-- One row per load attempt of one entity: what this build rests on, and since when.

with

load as (
    select * from {{ ref('int_load__from_ops') }}
)

select
    {{ hash_key(['system', 'entity', 'load_id']) }} as load_key,
    load_id,
    system,
    entity,
    mode,
    status,
    reason,
    row_count,
    quarantined_row_count,
    is_held,
    is_counted,
    started_at,
    finished_at
from load
