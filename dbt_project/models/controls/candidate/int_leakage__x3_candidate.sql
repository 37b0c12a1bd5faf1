-- X3: dealers' sales that were paid with more than is due. Grain: dealer, order and currency. All lines about one sale count together, so that
-- payments in parts and corrections settle themselves; what is due comes from the contract, the order and the cease.

with

sale as (
    select
        partner_id,
        product_order_id,
        currency_code,
        sum(amount) as paid_amount,
        count(*) as statement_lines,
        min(commission_line_id) as commission_line_id,
        max(commission_line_id) as last_commission_line_id,
        min(activation_date) as stated_activation_date,
        max(statement_date) as last_statement_date
    from {{ ref('fct_commission') }}
    group by partner_id, product_order_id, currency_code
),

-- Clawbacks of a month stand in a dealer's next statement at the latest; until where all of them are there.
stated as (
    select max(statement_date) as last_statement_date from {{ ref('fct_commission') }}
),

activation as (
    select
        product_order_id,
        max(product_offering_id) as product_offering_id,
        max(product_id_source) as product_id_source,
        max(customer_id) as customer_id,
        max(service_id) as service_id,
        max(case
            when state = 'completed' and coalesce(service_order_state, 'completed') = 'completed'
                then {{ local_date('coalesce(service_order_completed_at, completed_at)') }}
        end) as activated_date,
        max(state) as order_state
    from {{ ref('fct_order_item') }}
    where action = 'add'
    group by product_order_id
),

-- Orders of another kind, such as a change of plan, say nothing about an activation.
other_order as (
    select product_order_id
    from {{ ref('fct_order_item') }}
    group by product_order_id
    having max(case when action = 'add' then 1 else 0 end) = 0
),

ordered_again as (
    select product_id_source, max(coalesce(service_order_completed_at, completed_at)) as activated_at
    from {{ ref('fct_order_item') }}
    where action = 'add' and state = 'completed' and product_id_source is not null
    group by product_id_source
),

-- A line that was activated again after its cease has not ceased.
cease as (
    select
        item.product_id_source,
        min({{ local_date('coalesce(item.service_order_completed_at, item.completed_at)') }}) as ceased_date,
        min(item.product_order_id) as cease_order_id
    from {{ ref('fct_order_item') }} as item
    left join ordered_again on item.product_id_source = ordered_again.product_id_source
    where
        item.action = 'delete'
        and item.state = 'completed'
        and coalesce(item.service_order_state, 'completed') = 'completed'
        and item.product_id_source is not null
        and (
            ordered_again.activated_at is null
            or ordered_again.activated_at < coalesce(item.service_order_completed_at, item.completed_at)
        )
    group by item.product_id_source
),

known as (
    select min({{ local_date('ordered_at') }}) as first_ordered_date from {{ ref('fct_order_item') }}
),

allowance as (
    select
        {{ control_parameter('X3', 'days_to_activate', 'integer') }} as days_to_activate,
        {{ control_parameter('X3', 'months_to_claw_back', 'integer') }} as months_to_claw_back,
        {{ control_parameter('X3', 'rounding_tolerance', 'decimal(18, 2)') }} as tolerance
),

agreed as (
    select
        sale.partner_id,
        sale.product_order_id,
        sale.currency_code,
        count(*) as terms,
        max(term.commission_term_id) as commission_term_id,
        max(term.commission_amount) as commission_amount,
        max(term.clawback_days) as clawback_days,
        max(term.clawback_rule) as clawback_rule
    from sale
    inner join activation on sale.product_order_id = activation.product_order_id
    inner join {{ ref('dim_product_offering') }} as offering
        on activation.product_offering_id = offering.product_offering_id
    inner join {{ ref('dim_commission_term') }} as term
        on sale.partner_id = term.partner_id
        and sale.currency_code = term.currency_code
        and offering.category = term.product_line
        and activation.activated_date >= term.valid_from
        and activation.activated_date < term.valid_to
    group by sale.partner_id, sale.product_order_id, sale.currency_code
),

held_together as (
    select
        sale.*,
        activation.product_order_id is not null as has_order,
        activation.order_state,
        activation.activated_date,
        activation.customer_id,
        activation.service_id,
        agreed.terms,
        agreed.commission_term_id,
        agreed.clawback_days,
        agreed.clawback_rule,
        coalesce(agreed.commission_amount, cast(0 as decimal(18, 2))) as agreed_amount,
        case
            when
                cease.ceased_date >= activation.activated_date
                and {{ dbt.dateadd(
                    'month', 'allowance.months_to_claw_back', next_month_start('cease.ceased_date')
                ) }} <= {{ dbt.dateadd('day', 1, 'stated.last_statement_date') }}
                then cease.ceased_date
        end as ceased_date,
        cease.cease_order_id
    from sale
    cross join stated
    cross join allowance
    left join activation on sale.product_order_id = activation.product_order_id
    left join other_order on sale.product_order_id = other_order.product_order_id
    left join cease on activation.product_id_source = cease.product_id_source
    left join agreed
        on sale.partner_id = agreed.partner_id
        and sale.product_order_id = agreed.product_order_id
        and sale.currency_code = agreed.currency_code
    where other_order.product_order_id is null
),

aged as (
    select
        *,
        greatest(0, clawback_days - {{ dbt.datediff('activated_date', 'ceased_date', 'day') }}) as days_left
    from held_together
),

due as (
    select
        *,
        case
            when coalesce(days_left, 0) = 0 then cast(0 as decimal(18, 2))
            when clawback_rule = 'full' then agreed_amount
            else {{ from_cents(divide_half_up(in_cents('agreed_amount') ~ ' * days_left', 'clawback_days')) }}
        end as clawback_amount
    from aged
),

judged as (
    select due.*
    from due
    cross join known
    cross join allowance
    cross join {{ ref('int_control__data_day') }} as today
    where
        due.paid_amount - due.agreed_amount + due.clawback_amount >= allowance.tolerance
        -- An order that is still to be carried out may have been paid a few days ahead; one from before order management's memory can't be
        -- looked up; and what several terms apply to, or none, nobody can say the price of.
        and case
            when due.activated_date is not null then due.terms = 1
            else
                due.stated_activation_date >= known.first_ordered_date
                and {{ dbt.datediff('due.stated_activation_date', 'today.data_day', 'day') }} >= allowance.days_to_activate
        end
)

select
    'X3' as control_id,
    concat_ws(':', 'commission', partner_id, product_order_id, currency_code) as claim_key,
    partner_id,
    product_order_id,
    has_order,
    order_state,
    case when clawback_amount > 0 then cease_order_id end as cease_order_id,
    commission_term_id,
    commission_line_id,
    last_commission_line_id,
    customer_id,
    service_id,
    currency_code,
    activated_date,
    case when clawback_amount > 0 then ceased_date end as ceased_date,
    case
        when clawback_amount > 0 and ceased_date > last_statement_date then ceased_date else last_statement_date
    end as found_date,
    statement_lines,
    paid_amount,
    agreed_amount,
    clawback_rule,
    clawback_days,
    case when clawback_amount > 0 then days_left end as days_left,
    clawback_amount,
    case
        when not has_order then 'no_order'
        when activated_date is null then 'not_activated'
        when clawback_amount > 0 then 'clawback_missing'
        else 'paid_too_much'
    end as reason,
    cast(paid_amount - agreed_amount + clawback_amount as decimal(18, 2)) as overpaid_amount
from judged
