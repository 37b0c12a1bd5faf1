-- The arithmetic of O10: every line of the supplier's invoices, and against it what each agreed rate makes of the month's days; of a rented circuit
-- its price for the days. Grain: invoice line; circuit, month and agreed rate; rented circuit and completed run.

with

candidate as (
    {{ owned_candidates('o10') }}
),

charged as (
    select
        candidate.*,
        line.supplier_charge_id,
        line.amount as line_amount
    from candidate
    inner join {{ ref('fct_supplier_charge') }} as line
        on candidate.partner_id = line.partner_id
        and candidate.circuit_key = line.circuit_key
        and candidate.period_start = {{ month_start('line.period_start') }}
        and candidate.currency_code = line.currency_code
),

due as (
    select
        candidate.control_id,
        candidate.subject_key,
        candidate.period_start,
        candidate.currency_code,
        stretch.supplier_rate_id,
        stretch.resource_id_inventory,
        stretch.monthly_rate,
        stretch.due_days as stretch_days,
        stretch.month_days as stretch_month_days,
        stretch.due_amount as stretch_amount
    from candidate
    inner join {{ ref('int_circuit__due') }} as stretch
        on candidate.partner_id = stretch.partner_id
        and candidate.circuit_key = stretch.supplier_key
        and candidate.period_start = stretch.charge_month
        and candidate.currency_code = stretch.currency_code
    where stretch.due_days > 0
)

select
    control_id,
    'under' as direction,
    subject_key,
    period_start,
    currency_code,
    'invoice_line:' || supplier_charge_id as step_key,
    'charged_amount' as formula,
    {{ json_object_text([('charged_amount', 'cast(line_amount as string)')]) }} as factors,
    {{ json_object_text([('partners.supplier_invoice_line', 'supplier_charge_id')]) }} as source_records,
    cast(line_amount as decimal(18, 6)) as amount
from charged
union all
select
    control_id,
    'under' as direction,
    subject_key,
    period_start,
    currency_code,
    concat_ws(':', 'rate', supplier_rate_id, resource_id_inventory) as step_key,
    '0 - round(monthly_rate * due_days / month_days, 2)' as formula,
    {{ json_object_text([
        ('monthly_rate', 'cast(monthly_rate as string)'),
        ('due_days', 'cast(stretch_days as string)'),
        ('month_days', 'cast(stretch_month_days as string)'),
    ]) }} as factors,
    {{ json_object_text([
        ('partners.supplier_rate', 'supplier_rate_id'),
        ('inventory.resource', 'resource_id_inventory'),
    ]) }} as source_records,
    cast(-stretch_amount as decimal(18, 6)) as amount
from due
union all
select
    control_id,
    'under' as direction,
    subject_key,
    period_start,
    currency_code,
    claim_key as step_key,
    'round(monthly_price * unbilled_days / month_days, 2)' as formula,
    {{ json_object_text([
        ('monthly_price', 'cast(monthly_price as string)'),
        ('unbilled_days', 'cast(unbilled_days as string)'),
        ('month_days', 'cast(month_days as string)'),
    ]) }} as factors,
    {{ json_object_text([
        ('catalog.product_offering_price', 'product_offering_price_id'),
        ('inventory.resource', 'resource_id_inventory'),
        ('billing.bill_run', 'bill_run_id'),
    ]) }} as source_records,
    cast(lost_amount as decimal(18, 6)) as amount
from candidate
where reason = 'never_billed'
