-- What each product record claims, attribute by attribute, and which claim counts. Grain: product (entity_id), attribute, system.
-- Customers and accounts are compared as ours, so that two systems with their own numbers for one customer agree.
-- A system may hold a product in several records one after the other (a subscription closed and opened again): the live one
-- speaks, with the start of the first. An open end is a claim too (9999-12-31): a system that still holds a product open contradicts one that ended it.

with

member as (

    select
        conformed.*,
        cluster.product_id as entity_id,
        customer_cluster.customer_id,
        account_cluster.billing_account_id,
        coalesce(conformed.status, 'active') not in ('terminated', 'cancelled') as is_live,
        min(conformed.started_at) over (partition by cluster.product_id, conformed.system) as first_started_at,
        row_number() over (
            partition by cluster.product_id, conformed.system
            order by
                case when coalesce(conformed.status, 'active') in ('terminated', 'cancelled') then 1 else 0 end asc nulls last,
                coalesce(conformed.terminated_at, {{ open_end() }}) desc nulls last,
                conformed.started_at desc nulls last,
                conformed.record_id asc nulls last
        ) as recency
    from {{ ref('int_product__conformed') }} as conformed
    inner join {{ ref('int_product__cluster') }} as cluster
        on conformed.record_id = cluster.record_id
    left join {{ ref('int_customer__cluster') }} as customer_cluster
        on conformed.customer_record_id = customer_cluster.record_id
    left join {{ ref('int_billing_account__cluster') }} as account_cluster
        on conformed.account_record_id = account_cluster.record_id

),

current_member as (

    select * from member
    where recency = 1

),

claim as (
    {{ claim_rows('product', 'current_member', [
        ('customer', 'customer_id', 'customer_id'),
        ('billing_account', 'billing_account_id', 'billing_account_id'),
        ('product_offering', 'product_offering_id', 'product_offering_id'),
        ('product_name', 'product_name', folded_text('product_name')),
        ('status', 'status', 'status'),
        ('started_at', 'first_started_at', local_date('first_started_at')),
        ('terminated_at', 'coalesce(terminated_at, ' ~ open_end() ~ ')', last_local_date('coalesce(terminated_at, ' ~ open_end() ~ ')')),
    ]) }}
),

ranked as (
    {{ ranked_claims('product', 'claim', one_record_per_system=true) }}
)

select * from ranked
