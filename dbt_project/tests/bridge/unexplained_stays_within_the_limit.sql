-- What the revenue bridge can't explain stays below its share of billable revenue (parameter max_unexplained_share), per bill month,
-- segment and currency, once every control that it rests on has its sources; cents of rounding (max_unexplained_rounding) are none. A fault that no control finds shows here, and so does a rule of the bridge that is wrong.

select
    month,
    customer_type,
    currency_code,
    billable_amount,
    unexplained_amount
from {{ ref('revenue_bridge_month') }}
where
    is_complete
    and abs(unexplained_amount) > greatest(
        abs(billable_amount) * {{ bridge_parameter('max_unexplained_share', 'decimal(18, 6)') }},
        {{ bridge_parameter('max_unexplained_rounding', 'decimal(18, 6)') }}
    )
