-- One row per customer with what care needs on one page: who it is, what they hold, what they pay, what is wrong.
-- Amounts are in one currency per customer; others are named, never added. "Last month" ends at the latest alarm that the data holds, so that a rebuild of the same data gives the same rows.

with

customer as (
    select * from {{ ref('dim_customer') }}
),

balance as (
    select * from {{ ref('fct_customer_balance') }}
),

product as (
    select
        customer_id,
        count(*) as product_count,
        {{ distinct_list('product_name') }} as products
    from {{ ref('dim_product') }}
    where status in ('active', 'suspended')
    group by customer_id
),

service as (
    select
        customer_id,
        count(*) as service_count,
        {{ distinct_list('service_number') }} as service_numbers
    from {{ ref('dim_service') }}
    where status in ('active', 'suspended')
    group by customer_id
),

finding as (
    select
        customer_id,
        currency_code,
        count(*) as finding_count,
        sum(case when direction = 'under' then amount else 0 end) as under_amount,
        sum(case when direction = 'over' then amount else 0 end) as over_amount
    from {{ ref('fct_leakage_finding') }}
    where status = 'open'
    group by customer_id, currency_code
),

finding_count as (
    select
        customer_id,
        sum(finding_count) as finding_count,
        min(currency_code) as currency_code
    from finding
    group by customer_id
),

conflict as (
    select
        entity_id as customer_id,
        count(*) as conflict_count,
        {{ distinct_list('attribute') }} as conflicting_attributes,
        concat_ws('', '[', {{ distinct_list(json_object_text([
            ('attribute', 'attribute'), ('value', 'winning_value'), ('from', 'winning_system'), ('rule', 'rule')
        ])) }}, ']') as conflicts
    from {{ ref('fct_attribute_conflict') }}
    where entity = 'customer'
    group by entity_id
),

record as (
    select
        entity_id as customer_id,
        {{ distinct_list('record_id') }} as source_records
    from {{ ref('dim_source_record') }}
    where entity = 'customer'
    group by entity_id
),

question as (
    select
        customer_id,
        count(*) as question_count
    from (
        select worklist_id, left_customer_id as customer_id from {{ ref('identity_worklist') }}
        union
        select worklist_id, right_customer_id as customer_id from {{ ref('identity_worklist') }}
    ) as concerned
    where customer_id is not null
    group by customer_id
),

alarm as (
    select
        customer_id,
        count(distinct alarm_id) as alarm_count
    from {{ ref('fct_service_alarm') }}
    where raised_at > (
        select {{ dbt.dateadd('month', -1, 'max(known.raised_at)') }} from {{ ref('fct_alarm') }} as known
    )
    group by customer_id
)

select
    customer.customer_id,
    customer.customer_type,
    customer.customer_name,
    customer.email,
    customer.phone,
    customer.street,
    customer.postcode,
    customer.city,
    customer.country_code,
    customer.status,
    balance.billing_accounts,
    product.products,
    service.service_numbers,
    balance.last_invoice_id,
    -- a customer who was never billed may have a finding all the same
    coalesce(balance.currency_code, finding_count.currency_code) as currency_code,
    balance.other_currencies,
    conflict.conflicting_attributes,
    conflict.conflicts,
    record.source_records,
    customer.system_count,
    coalesce(balance.billing_account_count, 0) as billing_account_count,
    cast(coalesce(product.product_count, 0) as integer) as active_product_count,
    cast(coalesce(service.service_count, 0) as integer) as active_service_count,
    cast(coalesce(conflict.conflict_count, 0) as integer) as conflict_count,
    cast(coalesce(finding_count.finding_count, 0) as integer) as open_finding_count,
    cast(coalesce(question.question_count, 0) as integer) as identity_question_count,
    cast(null as integer) as open_ticket_count,
    cast(coalesce(alarm.alarm_count, 0) as integer) as alarm_count_last_month,
    balance.last_invoice_amount,
    cast(coalesce(balance.revenue_last_3_months_amount, 0) as decimal(18, 2)) as revenue_last_3_months_amount,
    cast(coalesce(balance.open_balance_amount, 0) as decimal(18, 2)) as open_balance_amount,
    cast(coalesce(finding.under_amount, 0) as decimal(18, 2)) as open_under_billed_amount,
    cast(coalesce(finding.over_amount, 0) as decimal(18, 2)) as open_over_billed_amount,
    customer.birth_date,
    customer.customer_since_date,
    balance.last_invoice_at,
    balance.last_paid_at
from customer
left join balance on customer.customer_id = balance.customer_id
left join product on customer.customer_id = product.customer_id
left join service on customer.customer_id = service.customer_id
left join finding_count on customer.customer_id = finding_count.customer_id
left join finding
    on customer.customer_id = finding.customer_id
    and finding.currency_code = coalesce(balance.currency_code, finding_count.currency_code)
left join record on customer.customer_id = record.customer_id
left join question on customer.customer_id = question.customer_id
left join conflict on customer.customer_id = conflict.customer_id
left join alarm on customer.customer_id = alarm.customer_id
