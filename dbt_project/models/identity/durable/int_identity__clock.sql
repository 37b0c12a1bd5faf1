-- Until when this build knows, for everything that keeps a history of its own: one row.
-- That is data time, the end of the latest load that counts, so that a rebuild of the same loads changes nothing. It never goes back
-- (a load that counted yesterday may be on hold today), except in a build of an earlier instant: that one shows the past.

with

load as (

    select coalesce(max(finished_at), {{ open_start() }}) as data_time
    from {{ ref('int_load__from_ops') }}
    where is_counted

),

past as (

    -- aggregated, for without a publication before it the table may be empty
    select
        max(known_until) as known_until,
        coalesce(max(case when is_past_rebuild then 1 else 0 end), 0) = 1 as is_past_rebuild
    from {{ source('registry', 'clock') }}

)

select
    case
        when past.is_past_rebuild or past.known_until is null then load.data_time
        else greatest(load.data_time, past.known_until)
    end as now_at,
    past.is_past_rebuild
from load
cross join past
