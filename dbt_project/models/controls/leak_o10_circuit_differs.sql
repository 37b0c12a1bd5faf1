-- O10: circuits that a supplier charges and that nobody needs, knows or agreed that price for; circuits that a customer has and no subscription
-- charges. Grain: supplier's circuit, month and currency; rented circuit and completed run.

with

candidate as (
    {{ owned_candidates('o10') }}
),

line as (
    select
        partner_id,
        circuit_key,
        {{ month_start('period_start') }} as charge_month,
        currency_code,
        max(supplier_charge_id) as supplier_charge_id
    from {{ ref('fct_supplier_charge') }}
    group by partner_id, circuit_key, {{ month_start('period_start') }}, currency_code
)

select
    'O10' as control_id,
    'under' as direction,
    candidate.customer_id,
    candidate.billing_account_id,
    candidate.service_id,
    candidate.subject_key,
    {{ json_object_text_without_nulls([
        ('inventory.resource', 'candidate.resource_id_inventory'),
        ('partners.leased_circuit', "candidate.partner_id || '/' || candidate.circuit_reference"),
        ('partners.supplier_invoice_line', 'line.supplier_charge_id'),
        ('partners.partner', 'candidate.partner_id'),
        ('billing.bill_run', 'candidate.bill_run_id'),
    ]) }} as source_keys,
    {{ json_object_text_without_nulls([
        ('reason', 'candidate.reason'),
        ('circuit_reference', 'candidate.circuit_reference'),
        ('circuit_use', 'candidate.circuit_use'),
        ('charged_amount', 'cast(candidate.charged_amount as string)'),
        ('due_amount', 'cast(candidate.due_amount as string)'),
        ('agreed_rate', 'cast(candidate.agreed_rate as string)'),
        ('due_days', 'cast(candidate.due_days as string)'),
        ('needed_to', 'cast(candidate.needed_to as string)'),
        ('notice_days', 'cast(candidate.notice_days as string)'),
        ('monthly_price', 'cast(candidate.monthly_price as string)'),
        ('unbilled_days', 'cast(candidate.unbilled_days as string)'),
        ('month_days', 'cast(candidate.month_days as string)'),
    ]) }} as evidence,
    case when candidate.reason = 'never_billed' then 'product_offering' else 'partner' end as root_cause_type,
    coalesce(candidate.product_offering_id, candidate.partner_id) as root_cause_key,
    candidate.period_start,
    candidate.period_end,
    candidate.lost_amount as amount,
    candidate.currency_code,
    false as is_estimate
from candidate
left join line
    on candidate.partner_id = line.partner_id
    and candidate.circuit_key = line.circuit_key
    and candidate.period_start = line.charge_month
    and candidate.currency_code = line.currency_code
where candidate.lost_amount > 0
