-- Rejected usage by how long it has waited, and what of it can't be priced. Grain: usage_reject_ageing_id.

with

outcome as (
    select
        *,
        case
            when waiting_days < 7 then '0-6'
            when waiting_days < 30 then '7-29'
            when waiting_days < 90 then '30-89'
            else '90+'
        end as age_days
    from {{ ref('fct_usage_reject_outcome') }}
)

select
    {{ hash_key(['stream', 'reason_code', 'state', 'unpriced_reason', 'age_days', 'currency_code']) }} as usage_reject_ageing_id,
    stream,
    reason_code,
    state,
    unpriced_reason,
    age_days,
    currency_code,
    cast(count(*) as bigint) as rejected_records,
    min(rejected_date) as first_rejected_date,
    cast(sum(expected_amount) as decimal(18, 6)) as expected_amount
from outcome
group by stream, reason_code, state, unpriced_reason, age_days, currency_code
