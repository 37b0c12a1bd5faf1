-- One row per load attempt, without the rules of reading: what the platform knows of its own ingestion.

with

load as (
    select * from {{ ref('stg_ops__load') }}
)

select
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
