-- One row per billing subscription: what billing charges for, tied to the account, customer, product and service.

with

subscription as (

    select * from {{ ref('int_product__conformed') }}
    where system = 'billing'

),

service_record as (

    select * from {{ ref('int_service__conformed') }}
    where system = 'billing'

)

select
    subscription.source_key as subscription_id_billing,
    account.billing_account_id,
    account.customer_id,
    service_cluster.service_id,
    product_cluster.product_id,
    account.bill_cycle,
    service_record.service_number,
    subscription.status,
    subscription.needs_network_service,
    coalesce(subscription.started_at, {{ open_start() }}) as valid_from,
    coalesce(subscription.terminated_at, {{ open_end() }}) as valid_to
from subscription
inner join {{ ref('int_product__cluster') }} as product_cluster
    on subscription.record_id = product_cluster.record_id
left join {{ ref('int_billing_account__cluster') }} as account_cluster
    on subscription.account_record_id = account_cluster.record_id
left join {{ ref('dim_billing_account') }} as account
    on account_cluster.billing_account_id = account.billing_account_id
left join service_record
    on subscription.record_id = service_record.record_id
left join {{ ref('int_service__cluster') }} as service_cluster
    on subscription.record_id = service_cluster.record_id
