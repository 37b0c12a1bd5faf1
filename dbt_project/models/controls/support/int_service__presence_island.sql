-- When the network held a service, without overlaps. Grain: service_id, presence_scope, first day.
-- Days are local calendar dates, half-open. Two scopes:
--   network   what the network itself says: the subscriber register for mobile, inventory for fixed lines; billable profiles only
--   anywhere  any system says that it was there, whatever the profile
-- O1 asks for proof (network), O2 for the absence of any sign (anywhere). A barred subscriber is provisioned: he pays, too.

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
        presence.system,
        services.service_type,
        coalesce(profiles.is_billable, true) as is_billable,
        {{ local_day('presence.valid_from') }} as first_day,
        {{ local_day('presence.valid_to') }} as end_day
    from presence
    inner join services
        on presence.service_id = services.service_id
    left join profiles
        on upper(presence.profile) = profiles.profile
    where
        presence.state in ('active', 'barred')
        and presence.valid_to > presence.valid_from
),

scoped as (
    select service_id, 'anywhere' as presence_scope, first_day, end_day
    from provisioned
    union all
    select service_id, 'network' as presence_scope, first_day, end_day
    from provisioned
    where
        is_billable
        and system = case service_type when 'mobile' then 'subscribers' else 'inventory' end
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
