-- Copies of an event that was rated more than once: every row but the first of its kind. Grain: rated_usage_id.
-- The same event has the same subscription, usage type, other party, start, quantity and partial number. A repeat of
-- a call starts at another instant; the parts of a long session or message differ in the partial number. Reversed
-- rows and reversals are settled and don't count. The row that was billed is the first, so that an unbilled twin is
-- never called unbilled money.

with

standing as (
    select
        *,
        coalesce(other_party, '') as other_party_key,
        coalesce(partial_sequence, -1) as partial_key
    from {{ ref('fct_rated_usage') }}
    where not is_reversed and not is_reversal
),

repeated as (
    select subscription_id_billing, usage_type, other_party_key, started_at, quantity, partial_key
    from standing
    group by subscription_id_billing, usage_type, other_party_key, started_at, quantity, partial_key
    having count(*) > 1
),

copies as (
    select
        standing.*,
        first_value(standing.rated_usage_id) over copies_of_one_event as first_rated_usage_id,
        row_number() over copies_of_one_event as copy_number
    from standing
    inner join repeated
        on standing.subscription_id_billing = repeated.subscription_id_billing
        and standing.started_at = repeated.started_at
        and standing.usage_type = repeated.usage_type
        and standing.other_party_key = repeated.other_party_key
        and standing.quantity = repeated.quantity
        and standing.partial_key = repeated.partial_key
    window copies_of_one_event as (
        partition by
            standing.subscription_id_billing, standing.usage_type, standing.other_party_key,
            standing.started_at, standing.quantity, standing.partial_key
        order by standing.is_billed desc nulls last, standing.rated_at nulls last, standing.rated_usage_id nulls last
    )
)

select
    rated_usage_id,
    first_rated_usage_id,
    copy_number,
    is_billed
from copies
where copy_number > 1
