-- Which service holds which number when: at one instant a number has at most one service.
-- Grain: number_type, number_value, valid_from. What the network (register or inventory) knows of a number decides alone: contracts and
-- bills go on after a line is gone, and would give a number in quarantine to its former holder; inventory ends with the register at the
-- latest. Then each service gets one number at a
-- time, from the most trusted system that says anything (seed precedence, service_number), so that a late or swapped number elsewhere
-- falls away; then each number goes to the service with the most trusted claim. SIMs (IMSI, ICCID) skip the second step: a service may
-- have two.

with

-- telephone numbers are one plan, whether a line or a mobile has them
number_claim as (

    select record_id, system, number_type, 'telephone' as number_plan, number_value, valid_from, valid_to
    from {{ ref('int_service__number_claim') }}
    union all
    select record_id, system, 'imsi' as number_type, 'imsi' as number_plan, imsi as number_value, valid_from, valid_to
    from {{ ref('int_service__imsi_claim') }}
    union all
    select record_id, system, 'iccid' as number_type, 'iccid' as number_plan, {{ iccid_key('iccid') }} as number_value, valid_from, valid_to
    from {{ ref('int_service__imsi_claim') }}
    where iccid is not null

),

known_to_network as (

    select distinct
        number_plan,
        number_value
    from number_claim
    where system in ('subscribers', 'inventory')

),

placed as (

    select
        cluster.service_id,
        number_claim.number_type,
        number_claim.number_plan,
        number_claim.number_value,
        number_claim.valid_from,
        number_claim.valid_to,
        max(case when number_claim.system = 'subscribers' then number_claim.valid_to end) over (
            partition by cluster.service_id, number_claim.number_plan, number_claim.number_value
        ) as register_ends_at,
        number_claim.system,
        {{ precedence_position('precedence.systems', 'number_claim.system') }} as system_position
    from number_claim
    inner join {{ ref('int_service__conformed') }} as conformed
        on number_claim.record_id = conformed.record_id
    inner join {{ ref('int_service__cluster') }} as cluster
        on number_claim.record_id = cluster.record_id
    left join known_to_network
        on number_claim.number_plan = known_to_network.number_plan
        and number_claim.number_value = known_to_network.number_value
    left join {{ ref('precedence') }} as precedence
        on precedence.entity = 'service'
        and precedence.attribute = 'service_number'
    where number_claim.valid_from < number_claim.valid_to
        and (known_to_network.number_value is null or number_claim.system in ('subscribers', 'inventory'))
        -- what is only planned holds nothing yet
        and coalesce(conformed.status, 'active') not in ('pending', 'cancelled')

),

claim as (

    select
        service_id,
        number_type,
        number_plan,
        number_value,
        valid_from,
        -- inventory may not have heard that the register let go of it
        case when system = 'inventory' then least(valid_to, coalesce(register_ends_at, valid_to)) else valid_to end as valid_to,
        valid_from as claimed_from,
        system_position
    from placed
    where system <> 'inventory'
        or valid_from < coalesce(register_ends_at, valid_to)

),

number_of_line as (

    select * from claim
    where number_plan = 'telephone'

),

number_of_service as (
    {{ best_claim_per_segment(
        'number_of_line', ['service_id', 'number_type'], ['number_plan', 'number_value', 'system_position', 'claimed_from'],
        [('system_position', 'asc'), ('claimed_from', 'desc'), ('number_value', 'asc')]
    ) }}
),

candidate as (

    select service_id, number_type, number_plan, number_value, system_position, claimed_from, valid_from, valid_to
    from number_of_service
    union all
    select service_id, number_type, number_plan, number_value, system_position, claimed_from, valid_from, valid_to
    from claim
    where number_plan <> 'telephone'

),

holder as (
    {{ best_claim_per_segment(
        'candidate', ['number_plan', 'number_value'], ['service_id', 'number_type'],
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
