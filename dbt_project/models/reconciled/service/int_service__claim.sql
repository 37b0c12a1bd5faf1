-- What each system claims about a service, attribute by attribute, and which claim counts.
-- Grain: service (entity_id), attribute, system. A system may hold a service in several records one after the other (SIM swap,
-- number change): it claims the start of the first and the end of the last, and the number and state of the live one.

with

member as (

    select
        conformed.*,
        cluster.service_id as entity_id,
        customer_cluster.customer_id,
        account_cluster.billing_account_id,
        coalesce(conformed.status, 'active') <> 'terminated' and conformed.valid_to = {{ open_end() }} as is_live,
        min(conformed.started_at) over (partition by cluster.service_id, conformed.system) as first_started_at,
        max(conformed.valid_to) over (partition by cluster.service_id, conformed.system) as last_ended_at,
        row_number() over (
            partition by cluster.service_id, conformed.system
            order by
                conformed.needs_network_service desc nulls last,
                case when coalesce(conformed.status, 'active') = 'terminated' then 1 else 0 end asc nulls last,
                conformed.valid_to desc nulls last,
                conformed.valid_from desc nulls last,
                conformed.record_id asc nulls last
        ) as recency
    from {{ ref('int_service__conformed') }} as conformed
    inner join {{ ref('int_service__cluster') }} as cluster
        on conformed.record_id = cluster.record_id
    left join {{ ref('int_product__conformed') }} as product
        on conformed.record_id = product.record_id
    left join {{ ref('int_customer__cluster') }} as customer_cluster
        on conformed.customer_record_id = customer_cluster.record_id
    left join {{ ref('int_billing_account__cluster') }} as account_cluster
        on product.account_record_id = account_cluster.record_id

),

current_member as (

    select * from member
    where recency = 1

),

claim as (
    {{ claim_rows('service', 'current_member', [
        ('service_type', 'service_type', 'service_type'),
        ('service_number', 'service_number', 'service_number'),
        ('status', 'status', 'status'),
        ('valid_from', 'first_started_at', local_date('first_started_at')),
        ('valid_to', 'last_ended_at', last_local_date('last_ended_at')),
        ('customer', 'customer_id', 'customer_id'),
        ('billing_account', 'billing_account_id', 'billing_account_id'),
    ]) }}
),

ranked as (
    {{ ranked_claims('service', 'claim', one_record_per_system=true) }}
)

select * from ranked
