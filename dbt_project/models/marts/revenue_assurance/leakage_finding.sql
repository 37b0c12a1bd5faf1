-- What leaks, one row per finding, readable without a join. Grain: finding_id.

with

finding as (
    select * from {{ ref('fct_leakage_finding') }}
),

control as (
    select control_id, control_name, bridge_class from {{ ref('dim_control') }}
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
    finding.finding_id,
    finding.control_id,
    control.control_name,
    coalesce(class.bridge_class, control.bridge_class) as bridge_class,
    finding.direction,
    finding.status,
    finding.customer_id,
    customer.customer_name,
    customer.customer_type,
    finding.billing_account_id,
    account.account_id_billing,
    finding.service_id,
    service.service_number,
    finding.source_keys,
    finding.evidence,
    finding.root_cause_type,
    finding.root_cause_key,
    cast(date_trunc('month', finding.period_start) as date) as month,
    finding.period_start,
    finding.period_end,
    finding.currency_code,
    finding.amount,
    finding.signed_amount,
    finding.is_estimate,
    finding.first_seen_at,
    finding.last_seen_at
from finding
inner join control
    on finding.control_id = control.control_id
left join {{ ref('control_bridge_class') }} as class
    on finding.control_id = class.control_id
    and finding.root_cause_type = class.root_cause_type
left join customer
    on finding.customer_id = customer.customer_id
left join account
    on finding.billing_account_id = account.billing_account_id
left join service
    on finding.service_id = service.service_id
