-- O10: leased circuits whose supplier charges what is not due, and rented circuits that no subscription charges. Grain: supplier's circuit, month
-- and currency; rented circuit and completed run. All lines about a circuit's month count together, credits of later invoices too.

with

charged as (
    select
        partner_id,
        circuit_key,
        {{ month_start('period_start') }} as charge_month,
        currency_code,
        min(circuit_reference) as circuit_reference,
        max(monthly_rate) as charged_rate,
        sum(amount) as charged_amount,
        count(*) as invoice_lines
    from {{ ref('fct_supplier_charge') }}
    where circuit_key is not null
    group by partner_id, circuit_key, {{ month_start('period_start') }}, currency_code
),

due as (
    select
        partner_id,
        supplier_key,
        charge_month,
        currency_code,
        max(monthly_rate) as agreed_rate,
        max(notice_days) as notice_days,
        sum(due_days) as due_days,
        max(month_days) as month_days,
        sum(due_amount) as due_amount
    from {{ ref('int_circuit__due') }}
    group by partner_id, supplier_key, charge_month, currency_code
),

-- Two circuits of inventory with one reference of a supplier are due both.
known as (
    select
        partner_id,
        supplier_key,
        max(resource_id_inventory) as resource_id_inventory,
        max(circuit_use) as circuit_use,
        max(service_id) as service_id,
        max(needed_to) as needed_to
    from {{ ref('int_circuit__needed') }}
    where supplier_key is not null
    group by partner_id, supplier_key
),

compared as (
    select
        charged.*,
        known.resource_id_inventory,
        known.circuit_use,
        known.service_id,
        known.needed_to,
        due.agreed_rate,
        due.notice_days,
        due.due_days,
        due.month_days,
        coalesce(due.due_amount, cast(0 as decimal(18, 2))) as due_amount
    from charged
    left join known
        on charged.partner_id = known.partner_id
        and charged.circuit_key = known.supplier_key
    left join due
        on charged.partner_id = due.partner_id
        and charged.circuit_key = due.supplier_key
        and charged.charge_month = due.charge_month
        and charged.currency_code = due.currency_code
    -- What no rate was agreed for, nobody can say the price of.
    where known.partner_id is null or due.partner_id is not null
),

overcharged as (
    select
        *,
        case
            when resource_id_inventory is null then 'unknown_circuit'
            when due_days < month_days and charged_amount > agreed_rate * due_days / nullif(month_days, 0) and charged_rate <= agreed_rate
                then 'not_needed'
            else 'rate_too_high'
        end as reason,
        charged_amount - due_amount as lost_amount
    from compared
    where charged_amount - due_amount > {{ control_parameter('O10', 'rounding_tolerance', 'decimal(18, 2)') }}
),

unbilled as (
    select
        gap.*,
        run.bill_run_id,
        run.bill_month_days,
        run.period_start,
        run.period_end,
        greatest(gap.gap_from, run.period_start) as unbilled_from,
        least(gap.gap_to, run.period_end) as unbilled_to
    from {{ ref('int_circuit__unbilled_gap') }} as gap
    inner join {{ ref('fct_bill_run') }} as run
        on gap.bill_cycle = run.bill_cycle
        and run.status = 'completed'
        and gap.gap_from < run.period_end
        and gap.gap_to > run.period_start
),

priced as (
    select
        unbilled.*,
        {{ dbt.datediff('unbilled.unbilled_from', 'unbilled.unbilled_to', 'day') }} as unbilled_days,
        price.product_offering_price_id,
        price.currency_code,
        price.price_amount as monthly_price
    from unbilled
    inner join {{ ref('dim_product_offering_price') }} as price
        on unbilled.product_offering_id = price.product_offering_id
        and price.price_type = 'recurring'
        and {{ local_date('price.valid_from') }} < unbilled.unbilled_to
        and {{ local_date('price.valid_to') }} >= unbilled.unbilled_to
)

select
    'O10' as control_id,
    concat_ws(':', 'circuit_charge', partner_id, circuit_key, cast(charge_month as string), currency_code) as claim_key,
    concat_ws(':', 'partners.leased_circuit', partner_id || '/' || circuit_key) as subject_key,
    reason,
    resource_id_inventory,
    partner_id,
    circuit_key,
    circuit_reference,
    circuit_use,
    cast(null as string) as customer_id,
    cast(null as string) as billing_account_id,
    service_id,
    cast(null as string) as product_offering_id,
    cast(null as string) as product_offering_price_id,
    cast(null as string) as bill_run_id,
    charge_month as period_start,
    {{ next_month_start('charge_month') }} as period_end,
    currency_code,
    invoice_lines,
    charged_amount,
    due_amount,
    agreed_rate,
    due_days,
    case when reason = 'not_needed' then needed_to end as needed_to,
    notice_days,
    cast(null as decimal(18, 6)) as monthly_price,
    cast(null as integer) as unbilled_days,
    month_days,
    cast(lost_amount as decimal(18, 2)) as lost_amount
from overcharged
union all
select
    'O10' as control_id,
    concat_ws(':', 'circuit_run', resource_id_inventory, bill_run_id) as claim_key,
    concat_ws(':', 'inventory.resource', resource_id_inventory) as subject_key,
    'never_billed' as reason,
    resource_id_inventory,
    cast(null as string) as partner_id,
    cast(null as string) as circuit_key,
    circuit_reference,
    'customer' as circuit_use,
    customer_id,
    billing_account_id,
    cast(null as string) as service_id,
    product_offering_id,
    product_offering_price_id,
    bill_run_id,
    period_start,
    period_end,
    currency_code,
    cast(0 as bigint) as invoice_lines,
    cast(null as decimal(18, 2)) as charged_amount,
    cast(null as decimal(18, 2)) as due_amount,
    cast(null as decimal(18, 2)) as agreed_rate,
    cast(null as bigint) as due_days,
    cast(null as date) as needed_to,
    cast(null as bigint) as notice_days,
    monthly_price,
    cast(unbilled_days as integer) as unbilled_days,
    bill_month_days as month_days,
    {{ from_cents(divide_half_up('(' ~ in_cents('monthly_price') ~ ' * unbilled_days)', 'bill_month_days')) }} as lost_amount
from priced
where monthly_price > 0
