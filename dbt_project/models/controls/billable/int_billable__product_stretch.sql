-- The days for which a product has to be paid, whatever billing holds. Grain: product_id, from_day.
-- From orders and CRM: from the agreed start until the product or a completed cease ends it. Products that need the network
-- count on the days on which the network held their service; a short absence (parameter min_absent_days) is a missed dump
-- or a change of the card. What only billing holds counts where no CRM holds the same service; a rented circuit that
-- nobody bills, and no CRM knows, where inventory has it.

with

item as (
    select * from {{ ref('fct_order_item') }}
),

standing as (
    {{ standing_ceases('item') }}
),

-- A cease names the product; the service only where the order names no product.
{% for key, condition in [('product_id', 'true'), ('service_id', 'product_id is null')] %}
cease_of_{{ key }} as (
    select {{ key }}, min({{ local_date('completed_at') }}) as cease_day
    from standing
    where {{ key }} is not null and {{ condition }}
    group by {{ key }}
),
{% endfor %}

held as (
    select
        product_id,
        service_id,
        billing_account_id,
        bill_cycle,
        source_system,
        product_offering_id,
        true as needs_network_service,
        expected_from,
        expected_to
    from {{ ref('int_product__expected_interval') }}
    union all
    select
        product.product_id,
        product.service_id,
        product.billing_account_id,
        account.bill_cycle,
        product.source_system,
        product.product_offering_id,
        false as needs_network_service,
        {{ local_date('product.started_at') }} as expected_from,
        {{ local_date('coalesce(product.terminated_at, ' ~ open_end() ~ ')') }} as expected_to
    from {{ ref('dim_product') }} as product
    inner join {{ ref('dim_product_offering') }} as offering
        on product.product_offering_id = offering.product_offering_id
    inner join {{ ref('dim_billing_account') }} as account
        on product.billing_account_id = account.billing_account_id
    where
        product.status in ('active', 'suspended', 'terminated')
        and not (offering.needs_network_service and product.service_id is not null)
    union all
    -- A circuit that a customer has and no product stands for is known to inventory alone.
    select
        'circuit:' || resource_id_inventory as product_id,
        cast(null as string) as service_id,
        billing_account_id,
        bill_cycle,
        'inventory' as source_system,
        product_offering_id,
        false as needs_network_service,
        gap_from as expected_from,
        gap_to as expected_to
    from {{ ref('int_circuit__unbilled_gap') }}
    where not is_known_product and bill_cycle is not null
),

expected as (
    select
        held.product_id,
        held.service_id,
        held.billing_account_id,
        held.bill_cycle,
        held.source_system,
        held.product_offering_id,
        held.needs_network_service,
        held.expected_from,
        least(
            held.expected_to,
            {%- for key in ['product_id', 'service_id'] %}
            coalesce(
                case when cease_of_{{ key }}.cease_day >= held.expected_from then cease_of_{{ key }}.cease_day end, held.expected_to
            ){{ ',' if not loop.last }}
            {%- endfor %}
        ) as expected_to
    from held
    {%- for key in ['product_id', 'service_id'] %}
    left join cease_of_{{ key }}
        on held.{{ key }} = cease_of_{{ key }}.{{ key }}
    {%- endfor %}
),

network_expected as (
    select * from expected where needs_network_service
),

present as (
    select expected.product_id, island.first_day, island.end_day
    from expected
    inner join {{ ref('int_service__presence_island') }} as island
        on expected.service_id = island.service_id
        and island.presence_scope = 'any'
    where expected.needs_network_service
),

unprovided as (
    {{ uncovered('network_expected', 'present', 'product_id') }}
),

lacking as (
    select unprovided.product_id, unprovided.gap_from as first_day, unprovided.gap_to as end_day
    from unprovided
    cross join {{ ref('int_control__data_day') }} as today
    where
        {{ dbt.datediff('unprovided.gap_from', 'least(unprovided.gap_to, today.data_day)', 'day') }}
        >= {{ bridge_parameter('min_absent_days', 'integer') }}
    union
    select unknown.product_id, known.expected_from as first_day, known.expected_to as end_day
    from expected as unknown
    inner join expected as known
        on unknown.service_id = known.service_id
        and unknown.product_id <> known.product_id
    where unknown.source_system = 'billing' and known.source_system <> 'billing'
),

paid as (
    {{ uncovered('expected', 'lacking', 'product_id') }}
)

select
    expected.product_id,
    expected.service_id,
    coalesce(expected.service_id, expected.product_id) as holding_key,
    expected.billing_account_id,
    expected.bill_cycle,
    expected.product_offering_id,
    paid.gap_from as from_day,
    paid.gap_to as to_day
from paid
inner join expected
    on paid.product_id = expected.product_id
