-- The golden billing account and the customer who pays it. Grain: billing_account_id.

{% set systems = conformed_systems('billing_account') %}

with

winner as (

    select
        entity_id as billing_account_id,
        {{ resolved_attribute('account_name', systems) }},
        {{ resolved_attribute('bill_cycle', systems) }},
        {{ resolved_attribute('status', systems) }},
        {{ resolved_attribute('opened_at', systems, 'timestamp') }},
        {{ resolved_attribute('closed_at', systems, 'timestamp') }}
    from {{ ref('int_billing_account__claim') }}
    group by entity_id

),

senior as (

    select distinct
        cluster.billing_account_id,
        conformed.source_key as account_id_billing,
        customer_cluster.customer_id
    from {{ ref('int_billing_account__cluster') }} as cluster
    inner join {{ ref('int_billing_account__conformed') }} as conformed
        on cluster.senior_record_id = conformed.record_id
    left join {{ ref('int_customer__cluster') }} as customer_cluster
        on conformed.customer_record_id = customer_cluster.record_id

)

select
    winner.*,
    senior.account_id_billing,
    senior.customer_id
from winner
inner join senior
    on winner.billing_account_id = senior.billing_account_id
