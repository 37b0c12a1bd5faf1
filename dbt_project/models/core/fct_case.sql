-- Every case as it stands: what its events led to, beside what this build finds. Grain: case_id.
-- A finding that no build has opened a case for yet has one all the same, open and nobody's: as soon as this build is published, the
-- cases follow it (cases/sync.py) and say the same. So does a finding that is gone or back.

with

data_time as (
    select now_at from {{ ref('int_identity__clock') }}
),

event as (
    select
        *,
        row_number() over (partition by case_id order by version desc) as nth_last
    from {{ ref('fct_case_event') }}
),

told as (
    select * from event where nth_last = 1
),

worked as (
    select
        case_id,
        count(*) as events_by_people,
        sum(case when event_type = 'commented' then 1 else 0 end) as comments,
        max(recorded_at) as last_worked_at
    from event
    where not is_by_build
    group by case_id
),

begun as (
    select case_id, recorded_at as opened_at
    from event
    where version = 1
),

finding as (
    select * from {{ ref('fct_leakage_finding') }}
),

united as (
    select
        coalesce(told.case_id, finding.finding_id) as case_id,
        finding.finding_id,
        coalesce(finding.control_id, told.control_id) as control_id,
        coalesce(finding.direction, told.direction) as direction,
        finding.customer_id,
        finding.billing_account_id,
        finding.service_id,
        case when finding.finding_id is null then told.root_cause_type else finding.root_cause_type end as root_cause_type,
        case when finding.finding_id is null then told.root_cause_key else finding.root_cause_key end as root_cause_key,
        coalesce(finding.period_start, told.period_start) as period_start,
        coalesce(finding.period_end, told.period_end) as period_end,
        coalesce(finding.currency_code, told.currency_code) as currency_code,
        coalesce(finding.amount, told.exposure_amount) as exposure_amount,
        coalesce(finding.status, told.finding_status) as finding_status,
        coalesce(told.finding_status, 'open') as told_finding_status,
        told.exposure_amount as told_exposure_amount,
        coalesce(told.status, 'open') as told_status,
        told.owner,
        told.due_date,
        told.confirmed_amount,
        told.recoverable_amount,
        told.recovered_amount,
        told.prevented_amount,
        told.dismissal,
        told.attention,
        told.pending_step,
        told.pending_by,
        told.pending_reason,
        told.pending_details,
        coalesce(finding.first_seen_at, begun.opened_at) as opened_at,
        coalesce(worked.events_by_people, 0) as events_by_people,
        cast(coalesce(worked.comments, 0) as bigint) as comments,
        worked.last_worked_at
    from finding
    full outer join told
        on finding.finding_id = told.case_id
    left join worked
        on told.case_id = worked.case_id
    left join begun
        on told.case_id = begun.case_id
    where told.case_id is not null
        or finding.status = 'open'
),

changed as (
    select
        *,
        finding_status = 'cleared' and told_finding_status = 'open' as is_gone,
        finding_status = 'open' and told_finding_status = 'cleared' as is_back
    from united
),

followed as (
    select
        *,
        case when is_back and told_status in ('dismissed', 'recovered', 'closed') then 'open' else told_status end as status
    from changed
)

select
    followed.case_id,
    followed.finding_id,
    followed.control_id,
    followed.direction,
    followed.customer_id,
    followed.billing_account_id,
    followed.service_id,
    followed.root_cause_type,
    followed.root_cause_key,
    followed.period_start,
    followed.period_end,
    followed.currency_code,
    followed.status,
    followed.status in ('dismissed', 'recovered', 'closed') as is_over,
    followed.owner,
    followed.due_date,
    cast(followed.exposure_amount as decimal(18, 2)) as exposure_amount,
    followed.confirmed_amount,
    followed.recoverable_amount,
    followed.recovered_amount,
    followed.prevented_amount,
    case when followed.status = followed.told_status then followed.dismissal end as dismissal,
    followed.finding_status,
    case
        when followed.is_gone then 'verify_cleared'
        when followed.is_back then 'came_back'
        when followed.finding_status = 'open'
            and followed.status <> 'open'
            and followed.exposure_amount <> followed.told_exposure_amount
            then 'amount_changed'
        else followed.attention
    end as attention,
    followed.pending_step,
    followed.pending_by,
    followed.pending_reason,
    followed.pending_details,
    followed.opened_at,
    followed.last_worked_at,
    followed.events_by_people,
    followed.comments,
    cast(case
        when followed.status in ('open', 'confirmed', 'recovering')
            then greatest(0, {{ dbt.datediff(local_date('followed.opened_at'), local_date('data_time.now_at'), 'day') }})
    end as integer) as age_days,
    coalesce(
        followed.due_date < {{ local_date('data_time.now_at') }} and followed.status in ('open', 'confirmed', 'recovering'), false
    ) as is_overdue
from followed
cross join data_time
