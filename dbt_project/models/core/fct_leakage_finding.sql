-- Every finding of every control, and those found before. Grain: finding_id.
-- The id is made of the control, the direction, the subject's key in its source and the period, so that it lasts
-- across runs, whatever becomes of our own ids. Dates of sight are data time: when the latest counted load had finished. A rebuild of
-- the same loads gives the same rows. What is no longer found is cleared, and its ids are followed to what they lead to today; a
-- control that can't tell at the moment neither finds nor clears.

with

control as (
    select control_id, status from {{ ref('dim_control') }}
),

data_time as (
    select now_at as seen_at from {{ ref('int_identity__clock') }}
),

resolved as (
    select entity, entity_id, resolved_id
    from {{ ref('dim_identity') }}
    where is_current
),

leak as (
    select * from {{ ref('int_leakage__finding') }}
),

detected as (
    select
        leak.*,
        {{ finding_key('leak') }} as finding_id
    from leak
    inner join control
        on leak.control_id = control.control_id
        and control.status = 'active'
),

known as (
    select finding.*
    from {{ source('registry', 'finding') }} as finding
    cross join data_time
    where finding.first_seen_at <= data_time.seen_at
),

found as (
    select
        detected.*,
        'open' as status,
        coalesce(known.first_seen_at, data_time.seen_at) as first_seen_at,
        data_time.seen_at as last_seen_at
    from detected
    cross join data_time
    left join known
        on detected.finding_id = known.finding_id
),

gone as (
    select
        known.finding_id,
        known.control_id,
        known.direction,
        coalesce(customer.resolved_id, known.customer_id) as customer_id,
        coalesce(billing_account.resolved_id, known.billing_account_id) as billing_account_id,
        coalesce(service.resolved_id, known.service_id) as service_id,
        known.source_keys,
        known.evidence,
        known.root_cause_type,
        known.root_cause_key,
        known.currency_code,
        case when control.status = 'active' then 'cleared' else known.status end as status,
        known.period_start,
        known.period_end,
        known.amount,
        known.is_estimate,
        known.first_seen_at,
        known.last_seen_at
    from known
    inner join control
        on known.control_id = control.control_id
    left join detected
        on known.finding_id = detected.finding_id
    {%- for entity in ['customer', 'billing_account', 'service'] %}
    left join resolved as {{ entity }}
        on {{ entity }}.entity = '{{ entity }}'
        and known.{{ entity }}_id = {{ entity }}.entity_id
    {%- endfor %}
    where detected.finding_id is null
),

united as (
    select
        finding_id, control_id, direction, customer_id, billing_account_id, service_id, source_keys, evidence, root_cause_type,
        root_cause_key, currency_code, status, period_start, period_end, amount, is_estimate, first_seen_at, last_seen_at
    from found
    union all
    select
        finding_id, control_id, direction, customer_id, billing_account_id, service_id, source_keys, evidence, root_cause_type,
        root_cause_key, currency_code, status, period_start, period_end, amount, is_estimate, first_seen_at, last_seen_at
    from gone
)

select
    finding_id,
    control_id,
    direction,
    customer_id,
    billing_account_id,
    service_id,
    source_keys,
    evidence,
    root_cause_type,
    root_cause_key,
    currency_code,
    status,
    period_start,
    period_end,
    cast(amount as decimal(18, 2)) as amount,
    cast(case direction when 'under' then amount else -amount end as decimal(18, 2)) as signed_amount,
    is_estimate,
    first_seen_at,
    last_seen_at
from united
