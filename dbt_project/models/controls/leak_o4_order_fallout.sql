-- O4: an order past its promised day that nobody carries out. Grain: product ordered.
-- Amount: the monthly charge of a year per day of the year, times the days since the promise; an estimate, for nothing
-- was delivered. What the contract would bring in its minimum term stands apart in the evidence.

with

candidate as (
    {{ owned_candidates('o4') }}
)

select
    'O4' as control_id,
    'under' as direction,
    candidate.customer_id,
    candidate.billing_account_id,
    candidate.service_id,
    concat_ws(':', concat_ws('.', candidate.source_system, 'product'), candidate.product_id_source) as subject_key,
    {{ json_object_text_without_nulls([
        ('crm.product', "case when candidate.source_system = 'crm' then candidate.product_id_source end"),
        ('crm_fixed.product', "case when candidate.source_system = 'crm_fixed' then candidate.product_id_source end"),
        ('orders.product_order', 'candidate.product_order_id'),
        ('orders.service_order', 'candidate.service_order_id'),
    ]) }} as source_keys,
    {{ json_object_text([
        ('promised_day', 'cast(candidate.promised_day as string)'),
        ('stuck_days', 'candidate.stuck_days'),
        ('state', 'candidate.state'),
        ('service_order_state', 'candidate.service_order_state'),
        ('monthly_price', 'cast(candidate.monthly_price as string)'),
        ('contract_value_at_risk', "cast(cast(candidate.monthly_price * " ~ control_parameter('O4', 'contract_months', 'integer') ~ " as decimal(18, 2)) as string)"),
    ]) }} as evidence,
    'service_order_state' as root_cause_type,
    candidate.service_order_state as root_cause_key,
    candidate.promised_day as period_start,
    candidate.data_day as period_end,
    candidate.amount,
    candidate.currency_code,
    true as is_estimate
from candidate
where candidate.amount > 0
