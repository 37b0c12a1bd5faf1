-- What finance has to work on, one row per case that is not closed, readable without a join. Grain: case_id.

with

cases as (
    select * from {{ ref('fct_case') }} where status <> 'closed'
),

control as (
    select control_id, control_name from {{ ref('dim_control') }}
),

customer as (
    select customer_id, customer_name, customer_type from {{ ref('dim_customer') }}
),

account as (
    select billing_account_id, account_id_billing from {{ ref('dim_billing_account') }}
),

service as (
    select service_id, service_number from {{ ref('dim_service') }}
)

select
    cases.case_id,
    cases.control_id,
    control.control_name,
    cases.direction,
    cases.status,
    cases.owner,
    cases.due_date,
    cases.is_overdue,
    cases.age_days,
    case
        when cases.age_days is null then null
        when cases.age_days <= 30 then '0-30'
        when cases.age_days <= 60 then '31-60'
        when cases.age_days <= 90 then '61-90'
        else 'over 90'
    end as age_band,
    cases.attention,
    cases.pending_step,
    cases.pending_by,
    cases.customer_id,
    customer.customer_name,
    customer.customer_type,
    account.account_id_billing,
    service.service_number,
    cases.root_cause_type,
    cases.root_cause_key,
    cast(date_trunc('month', cases.period_start) as date) as month,
    cases.period_start,
    cases.period_end,
    cases.currency_code,
    cases.exposure_amount,
    cases.confirmed_amount,
    cases.recoverable_amount,
    cases.recovered_amount,
    cases.prevented_amount,
    cases.dismissal,
    cases.finding_status,
    cases.opened_at,
    cases.last_worked_at,
    cases.comments
from cases
inner join control
    on cases.control_id = control.control_id
left join customer
    on cases.customer_id = customer.customer_id
left join account
    on cases.billing_account_id = account.billing_account_id
left join service
    on cases.service_id = service.service_id
