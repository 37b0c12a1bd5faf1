-- The monthly price that was agreed for a product, day by day. Grain: product_id, product_offering_id, currency_code, from_day.
-- Of two agreements that hold on a day the one that began later counts, then the one that was signed later, then the lower price: doubts
-- go at the expense of who wrote them. Where billing has the list price and an approved discount of just the difference, the customer
-- has the agreed price by another way, and the list price holds. Days are local and half-open.

with

agreed as (
    select
        price.agreement_id,
        price.product_id,
        coalesce(product.service_id, product.product_id) as holding_key,
        price.product_offering_id,
        price.currency_code,
        {{ in_cents('price.monthly_amount') }} as monthly_cents,
        price.signed_at,
        {{ local_date('price.valid_from') }} as from_day,
        {{ local_date('price.valid_to') }} as to_day
    from {{ ref('dim_agreement_price') }} as price
    inner join {{ ref('dim_product') }} as product
        on price.product_id = product.product_id
    where price.not_applied_because is null
),

-- Discounts that make the list price the agreed one.
granted as (
    select
        agreed.agreement_id,
        agreed.product_id,
        agreed.product_offering_id,
        agreed.currency_code,
        greatest(agreed.from_day, entitlement.from_day, {{ local_date('listed.valid_from') }}) as from_day,
        least(agreed.to_day, entitlement.to_day, {{ local_date('listed.valid_to') }}) as to_day
    from agreed
    inner join {{ ref('dim_subscription') }} as subscription
        on agreed.holding_key = coalesce(subscription.service_id, subscription.product_id)
    inner join {{ ref('int_bill__discount_entitlement') }} as entitlement
        on subscription.subscription_id_billing = entitlement.subscription_id_billing
        and entitlement.kind = 'amount'
    inner join {{ ref('dim_product_offering_price') }} as listed
        on agreed.product_offering_id = listed.product_offering_id
        and agreed.currency_code = listed.currency_code
        and listed.price_type = 'recurring'
        and {{ in_cents('listed.price_amount') }} - {{ in_cents('entitlement.entitled_value') }} = agreed.monthly_cents
),

edge as (
    {% for relation in ['agreed', 'granted'] %}
    {% for day in ['from_day', 'to_day'] %}
    select product_id, product_offering_id, currency_code, {{ day }} as edge_day
    from {{ relation }}
    where from_day < to_day
    {{ 'union' if not loop.last }}
    {% endfor %}
    {{ 'union' if not loop.last }}
    {% endfor %}
),

piece as (
    select
        product_id,
        product_offering_id,
        currency_code,
        edge_day as from_day,
        lead(edge_day) over (
            partition by product_id, product_offering_id, currency_code order by edge_day nulls last
        ) as to_day
    from edge
),

ranked as (
    select
        piece.*,
        agreed.agreement_id,
        agreed.monthly_cents,
        granted.agreement_id is not null as is_granted,
        row_number() over (
            partition by piece.product_id, piece.product_offering_id, piece.currency_code, piece.from_day
            order by
                agreed.from_day desc nulls last,
                agreed.signed_at desc nulls last,
                agreed.monthly_cents nulls last,
                agreed.agreement_id nulls last
        ) as agreement_rank
    from piece
    inner join agreed
        on piece.product_id = agreed.product_id
        and piece.product_offering_id = agreed.product_offering_id
        and piece.currency_code = agreed.currency_code
        and piece.from_day >= agreed.from_day
        and piece.to_day <= agreed.to_day
    left join granted
        on agreed.agreement_id = granted.agreement_id
        and piece.product_id = granted.product_id
        and piece.product_offering_id = granted.product_offering_id
        and piece.currency_code = granted.currency_code
        and piece.from_day >= granted.from_day
        and piece.to_day <= granted.to_day
),

chosen as (
    select
        *,
        case
            when
                lag(agreement_id) over (
                    partition by product_id, product_offering_id, currency_code order by from_day nulls last
                ) = agreement_id
                and lag(monthly_cents) over (
                    partition by product_id, product_offering_id, currency_code order by from_day nulls last
                ) = monthly_cents
                and lag(to_day) over (
                    partition by product_id, product_offering_id, currency_code order by from_day nulls last
                ) = from_day
                then 0
            else 1
        end as begins
    from ranked
    where agreement_rank = 1 and not is_granted
),

-- Days that an agreement which does not count cut in two belong together again.
numbered as (
    select
        *,
        sum(begins) over (
            partition by product_id, product_offering_id, currency_code
            order by from_day nulls last
            rows between unbounded preceding and current row
        ) as stretch_number
    from chosen
)

select
    product_id,
    product_offering_id,
    currency_code,
    max(agreement_id) as agreement_id,
    max(monthly_cents) as monthly_cents,
    min(from_day) as from_day,
    max(to_day) as to_day
from numbered
group by product_id, product_offering_id, currency_code, stretch_number
