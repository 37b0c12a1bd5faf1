-- Maker and checker are two people: whoever signed an event's proposal is not who made it, nor a build.

with

event as (
    select * from {{ ref('fct_case_event') }}
)

select
    signed.case_id,
    signed.version,
    signed.actor
from event as signed
left join event as before
    on signed.case_id = before.case_id
    and signed.version = before.version + 1
where signed.event_type = 'signed_off'
    and (
        signed.is_by_build
        or before.pending_by is null
        or lower(signed.actor) = lower(before.pending_by)
    )
