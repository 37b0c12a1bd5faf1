-- When a product that needs the network should be billed, and on which account. Grain: product_id.
-- Days are local calendar dates, half-open. A product that moved from one CRM to the other is held twice for one
-- service: the later one ends the earlier. Where the order put the start of billing later, or made months free, nothing is
-- due before. A product that names no account is due on its customer's, or on that which is billed for its service. Of
-- several it is the one billed for services of its kind, else one that is billed for nothing yet. What only billing holds is
-- nobody's move: it ends no product of a CRM.

with

product as (
    select
        product.*,
        service.service_type
    from {{ ref('dim_product') }} as product
    inner join {{ ref('dim_product_offering') }} as offering
        on product.product_offering_id = offering.product_offering_id
    left join {{ ref('dim_service') }} as service
        on product.service_id = service.service_id
    where
        offering.needs_network_service
        and product.service_id is not null
        and product.status in ('active', 'suspended', 'terminated')
),

account as (
    select * from {{ ref('dim_billing_account') }}
),

account_service_type as (
    select
        subscription.billing_account_id,
        service.service_type
    from {{ ref('dim_subscription') }} as subscription
    left join {{ ref('dim_service') }} as service
        on subscription.service_id = service.service_id
    where subscription.billing_account_id is not null
    group by subscription.billing_account_id, service.service_type
),

product_account as (
    select
        product.product_id,
        account.billing_account_id,
        row_number() over (
            partition by product.product_id
            order by
                case when account.status in ('active', 'suspended') then 0 else 1 end,
                max(case when billed.service_type = product.service_type then 1 else 0 end) desc,
                count(billed.billing_account_id) nulls last,
                case account.status when 'active' then 0 else 1 end,
                account.opened_at desc nulls last,
                account.billing_account_id nulls last
        ) as account_rank
    from product
    inner join account
        on product.customer_id = account.customer_id
    left join account_service_type as billed
        on account.billing_account_id = billed.billing_account_id
    where product.billing_account_id is null
    group by product.product_id, account.billing_account_id, account.status, account.opened_at
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
left join product_account
    on followed.product_id = product_account.product_id
    and product_account.account_rank = 1
left join service_account
    on followed.service_id = service_account.service_id
    and service_account.account_rank = 1
inner join account
    on coalesce(
        followed.billing_account_id, product_account.billing_account_id, service_account.billing_account_id
    ) = account.billing_account_id
