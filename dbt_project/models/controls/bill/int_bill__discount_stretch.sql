-- What each discount takes off a month's price, over days in which the same discounts hold. Grain: subscription_id_billing,
-- from_day, discount_id.
-- Absolute discounts come first, in the order in which they were granted; percentages apply to what is left; together they
-- never take more than the charge. Where one of them tolerates no other, only the first that was granted holds.

with

price as (
    select * from {{ ref('int_bill__price_stretch') }}
),

entitlement as (
    select * from {{ ref('int_bill__discount_entitlement') }}
),

pair as (
    select
        price.subscription_id_billing,
        price.from_day as stretch_from,
        price.monthly_cents,
        price.currency_code,
        entitlement.discount_id,
        entitlement.kind,
        entitlement.entitled_value,
        entitlement.granted_day,
        entitlement.is_combinable,
        entitlement.entitled_cap,
        greatest(price.from_day, entitlement.from_day) as from_day,
        least(price.to_day, entitlement.to_day) as to_day
    from price
    inner join entitlement
        on price.subscription_id_billing = entitlement.subscription_id_billing
        and price.from_day < entitlement.to_day
        and price.to_day > entitlement.from_day
),

cut as (
    select subscription_id_billing, stretch_from, from_day as cut_day from pair
    union
    select subscription_id_billing, stretch_from, to_day as cut_day from pair
),

piece as (
    select
        subscription_id_billing,
        stretch_from,
        cut_day as from_day,
        lead(cut_day) over (partition by subscription_id_billing, stretch_from order by cut_day nulls last) as to_day
    from cut
),

together as (
    select
        pair.subscription_id_billing,
        pair.stretch_from,
        pair.currency_code,
        pair.discount_id,
        pair.kind,
        pair.granted_day,
        pair.entitled_value,
        piece.from_day,
        piece.to_day,
        pair.monthly_cents * {{ parts_of_a_cent() }} as price_parts,
        -- Without a cap of its own a discount may take the whole charge.
        coalesce({{ in_cents('pair.entitled_cap') }}, pair.monthly_cents) * {{ parts_of_a_cent() }} as cap_parts,
        row_number() over (
            partition by pair.subscription_id_billing, piece.from_day
            order by pair.granted_day nulls last, pair.discount_id nulls last
        ) as grant_number,
        min(case when pair.is_combinable then 1 else 0 end) over (
            partition by pair.subscription_id_billing, piece.from_day
        ) as all_combinable
    from piece
    inner join pair
        on piece.subscription_id_billing = pair.subscription_id_billing
        and piece.stretch_from = pair.stretch_from
        and piece.from_day >= pair.from_day
        and piece.to_day <= pair.to_day
    where piece.to_day is not null
),

held as (
    select
        *,
        case
            when kind = 'amount' then least({{ in_cents('entitled_value') }} * {{ parts_of_a_cent() }}, cap_parts) else 0
        end as amount_parts
    from together
    where all_combinable = 1 or grant_number = 1
),

added as (
    select
        *,
        sum(amount_parts) over in_order as amounts_so_far,
        sum(amount_parts) over (partition by subscription_id_billing, from_day) as all_amounts
    from held
    window in_order as (
        partition by subscription_id_billing, from_day order by granted_day nulls last, discount_id nulls last
    )
),

left_over as (
    select
        *,
        least(amounts_so_far, price_parts) - least(amounts_so_far - amount_parts, price_parts) as amount_taken,
        price_parts - least(all_amounts, price_parts) as left_parts
    from added
),

shared as (
    select
        *,
        case
            when kind = 'percentage'
                then least(
                    cast(left_parts / {{ parts_of_a_cent() }} as bigint) * cast(round(entitled_value * 10000, 0) as bigint),
                    cap_parts
                )
            else 0
        end as percentage_parts
    from left_over
),

summed as (
    select
        *,
        sum(percentage_parts) over (
            partition by subscription_id_billing, from_day order by granted_day nulls last, discount_id nulls last
        ) as percentages_so_far
    from shared
)

select
    subscription_id_billing,
    stretch_from,
    from_day,
    to_day,
    discount_id,
    currency_code,
    cast(
        amount_taken
        + least(percentages_so_far, left_parts)
        - least(percentages_so_far - percentage_parts, left_parts) as bigint
    ) as reduction_parts
from summed
