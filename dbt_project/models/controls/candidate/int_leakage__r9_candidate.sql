-- R9: credits over the authority of who posted them. Grain: adjustment_id.
-- Credits of one employee on one account that follow each other within some days count together: a credit in parts is one.
-- A credit that somebody else with a higher limit approved is measured by that limit, and by itself.

with

credit as (
    select
        adjustment.*,
        -adjustment.amount as credit_amount,
        {{ local_date('adjustment.created_at') }} as credit_day,
        coalesce(own_limit.limit_value, 0) as own_limit,
        case
            when approver.employee_login is not null and lower(adjustment.created_by) <> approver.employee_login
                then coalesce(approver_limit.limit_value, 0)
            else 0
        end as approved_limit
    from {{ ref('fct_adjustment') }} as adjustment
    left join {{ ref('dim_employee') }} as poster
        on lower(adjustment.created_by) = poster.employee_login
    left join {{ ref('authority_limit') }} as own_limit
        on poster.grade = own_limit.grade
        and own_limit.subject = 'credit'
    left join {{ ref('dim_employee') }} as approver
        on lower(adjustment.approved_by) = approver.employee_login
    left join {{ ref('authority_limit') }} as approver_limit
        on approver.grade = approver_limit.grade
        and approver_limit.subject = 'credit'
    where adjustment.amount < 0
),

judged as (
    select
        *,
        approved_limit > own_limit as is_approved,
        greatest(own_limit, approved_limit) as credit_limit,
        lag(credit_day) over (
            partition by billing_account_id, created_by, currency_code, approved_limit > own_limit
            order by created_at nulls last, adjustment_id nulls last
        ) as previous_day
    from credit
),

numbered as (
    select
        *,
        sum(
            case
                when
                    not is_approved
                    and {{ dbt.datediff('previous_day', 'credit_day', 'day') }}
                    <= {{ control_parameter('R9', 'split_days', 'integer') }}
                    then 0
                else 1
            end
        ) over (
            partition by billing_account_id, created_by, currency_code, is_approved
            order by created_at nulls last, adjustment_id nulls last
            rows between unbounded preceding and current row
        ) as series
    from judged
),

added as (
    select
        *,
        sum(credit_amount) over (
            partition by billing_account_id, created_by, currency_code, is_approved, series
            order by created_at nulls last, adjustment_id nulls last
            rows between unbounded preceding and current row
        ) as series_amount,
        min(credit_day) over (
            partition by billing_account_id, created_by, currency_code, is_approved, series
        ) as series_day,
        min(adjustment_id) over (
            partition by billing_account_id, created_by, currency_code, is_approved, series
        ) as first_adjustment_id
    from numbered
)

select
    'adjustment:' || adjustment_id as claim_key,
    'R9' as control_id,
    adjustment_id,
    first_adjustment_id,
    billing_account_id,
    customer_id,
    service_id,
    currency_code,
    created_by,
    approved_by,
    credit_day,
    series_day,
    credit_amount,
    cast(series_amount - credit_amount as decimal(18, 2)) as given_before,
    cast(credit_limit as decimal(18, 2)) as credit_limit,
    cast(least(credit_amount, series_amount - credit_limit) as decimal(18, 2)) as excess_amount
from added
where series_amount > credit_limit
