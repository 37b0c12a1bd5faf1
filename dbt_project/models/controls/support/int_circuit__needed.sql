-- Until when each leased circuit is needed, and what it is rented out as. Grain: resource_id_inventory. Days are local and half-open.
-- A rented circuit is needed until its last subscription ends, an access line until the service that it carries does, a spare one for as long
-- as it is held; none of them longer than it is in service. What carries a service that nobody knows is needed by nobody.

with

circuit as (
    select * from {{ ref('dim_circuit') }}
),

billed as (
    select
        bridge.circuit_key,
        count(*) as subscriptions,
        max(subscription.billing_account_id) as billing_account_id,
        max(subscription.product_id) as product_id,
        min({{ local_date('subscription.valid_from') }}) as billed_from,
        max({{ local_date('subscription.valid_to') }}) as billed_to
    from {{ ref('bridge_subscription_circuit') }} as bridge
    inner join {{ ref('dim_subscription') }} as subscription
        on bridge.subscription_id_billing = subscription.subscription_id_billing
    where subscription.valid_to > subscription.valid_from
    group by bridge.circuit_key
),

-- Where billing names no account for a circuit, it is the customer's own, else the one that pays for the customer's products.
customer_account as (
    select 1 as account_order, customer_id, billing_account_id
    from {{ ref('dim_billing_account') }}
    where customer_id is not null
    union all
    select 2 as account_order, customer_id, billing_account_id
    from {{ ref('dim_product') }}
    where customer_id is not null and billing_account_id is not null
),

account as (
    select
        customer_id,
        billing_account_id,
        row_number() over (
            partition by customer_id order by account_order nulls last, billing_account_id nulls last
        ) as account_rank
    from customer_account
),

-- Sold by a CRM, and without a subscription.
sold as (
    select distinct product.customer_id, product.product_offering_id
    from {{ ref('dim_product') }} as product
    left join {{ ref('dim_subscription') }} as subscription
        on product.product_id = subscription.product_id
    where
        product.status in ('active', 'suspended', 'terminated')
        and product.customer_id is not null
        and subscription.product_id is null
),

ended as (
    select
        circuit.resource_id_inventory,
        {{ local_date('circuit.valid_from') }} as needed_from,
        {{ local_date('circuit.valid_to') }} as in_service_to,
        case circuit.circuit_use
            when 'access'
                then coalesce({{ local_date('service.valid_to') }}, {{ local_date('circuit.valid_from') }})
            when 'reserve'
                then coalesce(
                    cast({{ dbt.dateadd('day', 1, 'circuit.reserved_until') }} as date), {{ local_date('circuit.valid_from') }}
                )
            when 'customer'
                then coalesce(billed.billed_to, {{ local_date('circuit.valid_to') }})
            else {{ local_date('circuit.valid_to') }}
        end as use_to
    from circuit
    left join {{ ref('dim_service') }} as service
        on circuit.service_id = service.service_id
    left join billed
        on circuit.circuit_key = billed.circuit_key
)

select
    circuit.resource_id_inventory,
    circuit.circuit_reference,
    circuit.circuit_use,
    circuit.partner_id,
    circuit.supplier_key,
    circuit.product_code,
    circuit.service_id,
    circuit.customer_id,
    circuit.product_offering_id,
    ended.needed_from,
    least(ended.in_service_to, ended.use_to) as needed_to,
    ended.in_service_to,
    circuit.customer_id is not null and circuit.product_offering_id is not null as is_rented,
    coalesce(billed.subscriptions, 0) > 0 as is_billed,
    billed.billed_from,
    billed_account.billing_account_id,
    billed_account.bill_cycle,
    case
        when billed.circuit_key is null then sold.customer_id is not null
        else coalesce({{ local_date('product.started_at') }} < billed.billed_from, false)
    end as is_known_product
from circuit
inner join ended
    on circuit.resource_id_inventory = ended.resource_id_inventory
left join billed
    on circuit.circuit_key = billed.circuit_key
left join {{ ref('dim_product') }} as product
    on billed.product_id = product.product_id
left join account
    on circuit.customer_id = account.customer_id
    and account.account_rank = 1
left join {{ ref('dim_billing_account') }} as billed_account
    on coalesce(billed.billing_account_id, account.billing_account_id) = billed_account.billing_account_id
left join sold
    on circuit.customer_id = sold.customer_id
    and circuit.product_offering_id = sold.product_offering_id
