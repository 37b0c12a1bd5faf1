-- One euro, one control. Grain: control_id, claim_key.
-- Each candidate claims the thing whose money it would count: an invoice line, a rated row, a usage line, days of a
-- service. Where two controls claim the same thing, the one that comes first in the chain owns it: the order is
-- claim_order in seeds/reference/control.csv.

with

claim as (
    select * from {{ ref('int_leakage__candidate_claim') }}
),

ranked as (
    select
        claim.control_id,
        claim.claim_key,
        row_number() over (partition by claim.claim_key order by control.claim_order nulls last) as claim_rank
    from claim
    inner join {{ ref('control') }} as control
        on claim.control_id = control.control_id
)

select
    control_id,
    claim_key,
    claim_rank = 1 as is_owner
from ranked
