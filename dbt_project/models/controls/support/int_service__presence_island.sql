-- When the network held a service, without overlaps. Grain: service_id, presence_scope, first day.
-- Days are local calendar dates, half-open. The network speaks for itself: mobile services are in its subscriber
-- register, fixed lines in inventory; what inventory says of a mobile service may be stale. Two scopes:
--   any       whatever the profile: what O2 misses
--   billable  without test and staff profiles: what O1 needs as proof
-- A barred subscriber is provisioned: he pays, too.

with

presence as (
    select * from {{ ref('fct_network_presence') }}
),

services as (
    select * from {{ ref('dim_service') }}
),

profiles as (
    select * from {{ ref('network_profile') }}
),

provisioned as (
    select
        presence.service_id,
        coalesce(profiles.is_billable, true) as is_billable,
        {{ local_date('presence.valid_from') }} as first_day,
        {{ local_date('presence.valid_to') }} as end_day
    from presence
    inner join services
        on presence.service_id = services.service_id
    left join profiles
        on upper(presence.profile) = profiles.profile
    where
        presence.state in ('active', 'barred')
        and presence.valid_to > presence.valid_from
        and presence.system = case services.service_type when 'mobile' then 'subscribers' else 'inventory' end
),

scoped as (
    select service_id, 'any' as presence_scope, first_day, end_day
    from provisioned
    -- Not union all: equal intervals would make the order of the windows below ambiguous.
    union
    select service_id, 'billable' as presence_scope, first_day, end_day
    from provisioned
    where is_billable
),

marked as (
    select
        *,
        max(end_day) over (
            partition by service_id, presence_scope
            order by first_day nulls last, end_day nulls last
            rows between unbounded preceding and 1 preceding
        ) as covered_until
    from scoped
),

numbered as (
    select
        *,
        sum(case when covered_until >= first_day then 0 else 1 end) over (
            partition by service_id, presence_scope
            order by first_day nulls last, end_day nulls last
            rows between unbounded preceding and current row
        ) as island
    from marked
)

select
    service_id,
    presence_scope,
    min(first_day) as first_day,
    max(end_day) as end_day
from numbered
group by service_id, presence_scope, island
