-- The monthly charge of O1's unbilled stretches. Grain: claim_key.
-- The offering's price at the end of the stretch, per unbilled day of the bill month, rounded as the bill rounds a line.

with

owned as (
    {{ owned_candidates('o1') }}
),

candidate as (
    select
        *,
        {{ local_to_utc('unbilled_to', var('home_time_zone')) }} as unbilled_to_at
    from owned
)

select
    candidate.control_id,
    candidate.claim_key,
    candidate.service_id,
    candidate.customer_id,
    candidate.billing_account_id,
    candidate.source_system,
    candidate.product_id_source,
    candidate.product_offering_id,
    price.product_offering_price_id,
    candidate.bill_run_id,
    candidate.bill_month_days,
    candidate.period_start,
    candidate.period_end,
    candidate.unbilled_from,
    candidate.unbilled_to,
    candidate.unbilled_days,
    price.currency_code,
    price.price_amount as monthly_price,
    cast(
        round(price.price_amount * candidate.unbilled_days / nullif(candidate.bill_month_days, 0), 2) as decimal(18, 2)
    ) as recurring_amount
from candidate
inner join {{ ref('dim_product_offering_price') }} as price
    on candidate.product_offering_id = price.product_offering_id
    and price.price_type = 'recurring'
    and candidate.unbilled_to_at > price.valid_from
    and candidate.unbilled_to_at <= price.valid_to
