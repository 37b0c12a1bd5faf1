-- What re-rated usage has left of each allowance: what comes on top of it draws on the rest. Grain: product_offering_price_id,
-- holder, bill_run_id.

with

drawn as (
    select
        re_rated.allowance_price_id,
        re_rated.subscription_id_billing,
        re_rated.bill_run_id,
        sum(re_rated.allowance_units) as allowance_units
    from {{ ref('int_rated_usage__re_rated') }} as re_rated
    where re_rated.allowance_units > 0
    group by re_rated.allowance_price_id, re_rated.subscription_id_billing, re_rated.bill_run_id
),

-- a shared allowance is held by the account, one of its own by the subscription
drawn_by_holder as (
    select allowance_price_id, subscription_id_billing as holder, bill_run_id, allowance_units
    from drawn
    union all
    select
        drawn.allowance_price_id,
        subscription.billing_account_id as holder,
        drawn.bill_run_id,
        sum(drawn.allowance_units) as allowance_units
    from drawn
    inner join {{ ref('dim_subscription') }} as subscription
        on drawn.subscription_id_billing = subscription.subscription_id_billing
    where subscription.billing_account_id is not null
    group by drawn.allowance_price_id, subscription.billing_account_id, drawn.bill_run_id
)

select
    grants.product_offering_price_id,
    grants.holder,
    grants.bill_run_id,
    cast(greatest(grants.granted_units - coalesce(drawn_by_holder.allowance_units, 0), 0) as bigint) as granted_units
from {{ ref('int_usage_allowance__grant') }} as grants
left join drawn_by_holder
    on grants.product_offering_price_id = drawn_by_holder.allowance_price_id
    and grants.holder = drawn_by_holder.holder
    and grants.bill_run_id = drawn_by_holder.bill_run_id
