-- When a product that needs the network should be billed, and on which account. Grain: product_id.
-- Days are local calendar dates, half-open. A product that moved from one CRM to the other is held twice for one
-- service: the later one ends the earlier. Where the order put the start of billing later, or made months free, nothing is
-- due before. A product that names no account is due on its customer's, or on that which is billed for its service. What
-- only billing holds is nobody's move: it ends no product of a CRM.

with

product as (
    select product.*
    from {{ ref('dim_product') }} as product
    inner join {{ ref('dim_product_offering') }} as offering
        on product.product_offering_id = offering.product_offering_id
    where
        offering.needs_network_service
        and product.service_id is not null
        and product.status in ('active', 'suspended', 'terminated')
),

account as (
    select * from {{ ref('dim_billing_account') }}
),

customer_account as (
    select
        customer_id,
        billing_account_id,
        row_number() over (
            partition by customer_id
            order by
                case status when 'active' then 0 when 'suspended' then 1 else 2 end,
                opened_at desc nulls last,
                billing_account_id nulls last
        ) as account_rank
    from account
),

service_account as (
    select
        service_id,
        billing_account_id,
        row_number() over (
            partition by service_id
            order by valid_to desc nulls last, valid_from desc nulls last, subscription_id_billing nulls last
        ) as account_rank
    from {{ ref('dim_subscription') }}
    where service_id is not null and billing_account_id is not null
),

dated as (
    select
        *,
        {{ local_date('started_at') }} as first_day,
        {{ local_date('coalesce(terminated_at, ' ~ open_end() ~ ')') }} as end_day
    from product
),

-- What orders of the product agreed about the start of billing.
terms as (
    select
        product_id,
        max(coalesce(
            agreed_billing_start,
            cast({{ dbt.dateadd('month', 'free_months', local_date('coalesce(service_order_completed_at, completed_at)')) }} as date)
        )) as due_from
    from {{ ref('fct_order_item') }}
    where action = 'add' and state = 'completed' and (agreed_billing_start is not null or free_months > 0)
    group by product_id
),

followed as (
    select
        *,
        lead(first_day) over (
            partition by service_id, source_system = 'billing' order by first_day nulls last, product_id nulls last
        ) as next_first_day
    from dated
)

select
    followed.product_id,
    followed.service_id,
    followed.customer_id,
    account.billing_account_id,
    account.bill_cycle,
    followed.source_system,
    followed.product_id_source,
    followed.product_offering_id,
    greatest(followed.first_day, coalesce(terms.due_from, followed.first_day)) as expected_from,
    least(followed.end_day, coalesce(followed.next_first_day, followed.end_day)) as expected_to
from followed
left join terms
    on followed.product_id = terms.product_id
left join customer_account
    on followed.customer_id = customer_account.customer_id
    and customer_account.account_rank = 1
left join service_account
    on followed.service_id = service_account.service_id
    and service_account.account_rank = 1
inner join account
    on coalesce(
        followed.billing_account_id, customer_account.billing_account_id, service_account.billing_account_id
    ) = account.billing_account_id
