-- Which service holds which number when: at one instant a number has at most one service.
-- Grain: number_type, number_value, valid_from. First each service gets one number at a time, from the most trusted system that
-- says anything (seed precedence, service_number), so that a late or swapped number elsewhere falls away; then each number goes
-- to the service with the most trusted claim. IMSIs skip the first step: a service may have two SIMs.

with

number_claim as (

    select
        claim.record_id,
        claim.number_type,
        claim.number_value,
        claim.valid_from,
        claim.valid_to
    from {{ ref('int_service__number_claim') }} as claim
    union all
    select
        record_id,
        'imsi' as number_type,
        imsi as number_value,
        valid_from,
        valid_to
    from {{ ref('int_service__imsi_claim') }}

),

claim as (

    select
        cluster.service_id,
        number_claim.number_type,
        number_claim.number_value,
        number_claim.valid_from,
        number_claim.valid_to,
        number_claim.valid_from as claimed_from,
        {{ precedence_position('precedence.systems', 'conformed.system') }} as system_position
    from number_claim
    inner join {{ ref('int_service__conformed') }} as conformed
        on number_claim.record_id = conformed.record_id
    inner join {{ ref('int_service__cluster') }} as cluster
        on number_claim.record_id = cluster.record_id
    left join {{ ref('precedence') }} as precedence
        on precedence.entity = 'service'
        and precedence.attribute = 'service_number'
    where number_claim.valid_from < number_claim.valid_to

),

number_of_line as (

    select * from claim
    where number_type <> 'imsi'

),

number_of_service as (
    {{ best_claim_per_segment(
        'number_of_line', ['service_id', 'number_type'], ['number_value', 'system_position', 'claimed_from'],
        [('system_position', 'asc'), ('claimed_from', 'desc'), ('number_value', 'asc')]
    ) }}
),

candidate as (

    select service_id, number_type, number_value, system_position, claimed_from, valid_from, valid_to
    from number_of_service
    union all
    select service_id, number_type, number_value, system_position, claimed_from, valid_from, valid_to
    from claim
    where number_type = 'imsi'

),

holder as (
    {{ best_claim_per_segment(
        'candidate', ['number_type', 'number_value'], ['service_id'],
        [('system_position', 'asc'), ('claimed_from', 'desc'), ('service_id', 'asc')]
    ) }}
),

merged as (
    {{ merged_intervals('holder', ['service_id', 'number_type', 'number_value']) }}
)

select
    service_id,
    number_type,
    number_value,
    valid_from,
    valid_to
from merged
