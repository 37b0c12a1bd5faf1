-- U1: lost between network and mediation. Grain: element, usage type, local day.
-- Amount: what an element wrote and mediation never had, at what a unit of its other records costs; an estimate, rounded once.

with

candidate as (
    {{ owned_candidates('u1') }}
),

found as (
    select
        recording_entity,
        usage_type,
        period_day,
        currency_code,
        min(record_count_id) as example_record_count_id,
        count(*) as hours,
        min(period_start_at) as first_hour_at,
        max(period_start_at) as last_hour_at,
        sum(usage_records) as written_records,
        sum(received_records) as received_records,
        sum(missing_records) as missing_records,
        sum(missing_quantity) as missing_quantity,
        max(reference_records) as reference_records,
        cast(round(sum(amount), 2) as decimal(18, 2)) as amount
    from candidate
    group by recording_entity, usage_type, period_day, currency_code
)

select
    'U1' as control_id,
    'under' as direction,
    cast(null as string) as customer_id,
    cast(null as string) as billing_account_id,
    cast(null as string) as service_id,
    concat_ws(':', 'record_counts.element', recording_entity || '/' || usage_type) as subject_key,
    {{ json_object_text([
        ('record_counts.element', 'recording_entity'),
        ('record_counts.record_count', 'example_record_count_id'),
    ]) }} as source_keys,
    {{ json_object_text([
        ('usage_type', 'usage_type'),
        ('hours', 'hours'),
        ('first_hour_at', 'cast(first_hour_at as string)'),
        ('last_hour_at', 'cast(last_hour_at as string)'),
        ('written_records', 'written_records'),
        ('received_records', 'received_records'),
        ('missing_records', 'missing_records'),
        ('missing_quantity', 'missing_quantity'),
        ('reference_records', 'reference_records'),
    ]) }} as evidence,
    'network_element' as root_cause_type,
    recording_entity as root_cause_key,
    period_day as period_start,
    cast({{ dbt.dateadd('day', 1, 'period_day') }} as date) as period_end,
    amount,
    currency_code,
    true as is_estimate
from found
where amount > 0
