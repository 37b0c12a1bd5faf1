-- Which discounts a subscription is entitled to, how much of each, and from which day to which. Grain: discount_id.
-- A discount under a promotion gives no more and lasts no longer than the promotion does; one by hand gives no more than the
-- grade of the one who authorised it may. Nobody's authority, or an unknown promotion, is worth nothing.

with

discount as (
    select
        *,
        {{ local_date('valid_from') }} as from_day,
        {{ local_date('valid_to') }} as to_day
    from {{ ref('fct_discount') }}
),

limited as (
    select
        discount.*,
        coalesce(promotion.is_combinable, true) as is_combinable,
        case
            when discount.promotion_id is null then coalesce(authority.limit_value, 0)
            when promotion.kind = discount.kind then promotion.promised_value
            else 0
        end as most_value,
        case
            when promotion.cap_amount is null then discount.cap_amount
            when discount.cap_amount is null then promotion.cap_amount
            else least(discount.cap_amount, promotion.cap_amount)
        end as entitled_cap,
        case
            when promotion.duration_months is not null
                then cast({{ dbt.dateadd('month', 'promotion.duration_months', 'discount.from_day') }} as date)
            else discount.to_day
        end as last_day
    from discount
    left join {{ ref('dim_promotion') }} as promotion
        on discount.promotion_id = promotion.promotion_id
        and discount.valid_from >= promotion.valid_from
        and discount.valid_from < promotion.valid_to
    left join {{ ref('dim_employee') }} as employee
        on lower(discount.authorised_by) = employee.employee_login
    left join {{ ref('authority_limit') }} as authority
        on employee.grade = authority.grade
        and authority.subject = 'discount_' || discount.kind
)

select
    discount_id,
    subscription_id_billing,
    kind,
    promotion_id,
    authorised_by,
    is_combinable,
    cast(least(discount_value, most_value) as decimal(18, 4)) as entitled_value,
    entitled_cap,
    from_day as granted_day,
    from_day,
    least(to_day, last_day) as to_day
from limited
where from_day < least(to_day, last_day)
