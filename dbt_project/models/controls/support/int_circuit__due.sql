-- What suppliers may charge for the circuits that inventory knows, by month and agreed rate. Grain: resource_id_inventory, charge_month,
-- supplier_rate_id. Months are those that the supplier charged the circuit for. From the first day in service until the notice period after the last day
-- on which it is needed; a part of a month costs its share of days.

with

circuit as (
    select * from {{ ref('int_circuit__needed') }}
    where supplier_key is not null
),

charged as (
    select distinct partner_id, circuit_key, {{ month_start('period_start') }} as charge_month
    from {{ ref('fct_supplier_charge') }}
),

stretch as (
    select
        circuit.resource_id_inventory,
        circuit.partner_id,
        circuit.supplier_key,
        charged.charge_month,
        rate.supplier_rate_id,
        rate.monthly_rate,
        rate.currency_code,
        rate.notice_days,
        circuit.needed_to,
        {{ dbt.datediff('charged.charge_month', next_month_start('charged.charge_month'), 'day') }} as month_days,
        {{ shared_days(
            'circuit.needed_from',
            'case when circuit.needed_to < cast(' ~ open_end() ~ ' as date) then cast('
                ~ dbt.dateadd('day', 'rate.notice_days', 'circuit.needed_to') ~ ' as date) else circuit.needed_to end',
            'greatest(charged.charge_month, rate.valid_from)',
            'least(' ~ next_month_start('charged.charge_month') ~ ', rate.valid_to)'
        ) }} as due_days
    from circuit
    inner join charged
        on circuit.partner_id = charged.partner_id
        and circuit.supplier_key = charged.circuit_key
    inner join {{ ref('dim_supplier_rate') }} as rate
        on circuit.partner_id = rate.partner_id
        and circuit.product_code = rate.product_code
        and rate.valid_from < {{ next_month_start('charged.charge_month') }}
        and rate.valid_to > charged.charge_month
)

select
    resource_id_inventory,
    partner_id,
    supplier_key,
    charge_month,
    supplier_rate_id,
    monthly_rate,
    currency_code,
    notice_days,
    needed_to,
    month_days,
    due_days,
    {{ from_cents(divide_half_up('(' ~ in_cents('monthly_rate') ~ ' * due_days)', 'month_days')) }} as due_amount
from stretch
