-- Components of service records that still lack a service, joined by number and common beginning though nothing ties their customers.
-- Grain: left_record_id (the component that looks for its service), right_record_id; each occurs once.
-- One line has one number at a time: where a subscription and a service bear the same one from the same days on, or both bear it now and
-- the subscription began some weeks later, nobody else claims either, and no key says otherwise, it is the customers whom we fail to
-- recognise. A number in turn begins at another time.

with

component as (

    select * from {{ ref('int_service__component') }}

),

record as (

    select * from {{ ref('int_service__conformed') }}

),

by_number as (

    select
        left_record_id,
        right_record_id
    from {{ ref('int_service__link_by_number') }}

),

-- The systems that have their say on a component, and when. The register's records end with the day of a dump; its claims, with the hour.
system_say as (

    select
        component.senior_record_id,
        record.system,
        record.valid_from,
        record.valid_to
    from component
    inner join record
        on component.record_id = record.record_id
    where record.system <> 'subscribers'
    union all
    select
        component.senior_record_id,
        'subscribers' as system,
        register_claim.valid_from,
        register_claim.valid_to
    from component
    inner join {{ ref('int_service__register_claim') }} as register_claim
        on component.record_id = register_claim.record_id

),

-- what has joined a component by number speaks for it, too
taken as (

    select senior_record_id, system, valid_from, valid_to from system_say
    union all
    select
        by_number.right_record_id as senior_record_id,
        system_say.system,
        system_say.valid_from,
        system_say.valid_to
    from by_number
    inner join system_say
        on by_number.left_record_id = system_say.senior_record_id

),

keyed_to_inventory as (

    select distinct component.senior_record_id
    from component
    inner join record
        on component.record_id = record.record_id
    where record.service_reference is not null

),

claim as (

    select
        claim.number_type,
        claim.number_value,
        component.senior_record_id,
        component.anchor_position,
        min(claim.valid_from) as valid_from,
        max(claim.valid_to) as valid_to
    from {{ ref('int_service__number_claim') }} as claim
    inner join component
        on claim.record_id = component.record_id
    group by claim.number_type, claim.number_value, component.senior_record_id, component.anchor_position

),

candidate as (

    select
        seeker.senior_record_id as left_record_id,
        target.senior_record_id as right_record_id,
        {{ shared_days('seeker.valid_from', 'seeker.valid_to', 'target.valid_from', 'target.valid_to') }} as days_in_common,
        greatest(seeker.valid_from, target.valid_from) as valid_from,
        least(seeker.valid_to, target.valid_to) as valid_to,
        count(*) over (partition by seeker.senior_record_id) as target_count,
        count(*) over (partition by target.senior_record_id) as seeker_count
    from claim as seeker
    inner join claim as target
        on seeker.number_type = target.number_type
        and seeker.number_value = target.number_value
        and seeker.anchor_position > target.anchor_position
        and seeker.valid_from < target.valid_to
        and target.valid_from < seeker.valid_to
    inner join record as target_record
        on target.senior_record_id = target_record.record_id
        and target_record.system = 'inventory'
    left join by_number
        on seeker.senior_record_id = by_number.left_record_id
    left join keyed_to_inventory
        on seeker.senior_record_id = keyed_to_inventory.senior_record_id
    where by_number.left_record_id is null
        and keyed_to_inventory.senior_record_id is null
        and (
            abs({{ dbt.datediff('seeker.valid_from', 'target.valid_from', 'day') }}) <= {{ var('identity_max_gap_days') }}
            or (
                {{ dbt.datediff('target.valid_from', 'seeker.valid_from', 'day') }} between 0 and {{ var('identity_max_late_days') }}
                and seeker.valid_to = {{ open_end() }}
                and target.valid_to = {{ open_end() }}
            )
        )
        and seeker.valid_from > {{ open_start() }}

),

-- one system says two things at a time; records of one system in turn, as of two SIM cards, are one line's story
contested as (

    select distinct
        candidate.left_record_id,
        candidate.right_record_id
    from candidate
    inner join system_say
        on candidate.left_record_id = system_say.senior_record_id
    inner join taken
        on candidate.right_record_id = taken.senior_record_id
        and system_say.system = taken.system
        and system_say.valid_from < taken.valid_to
        and taken.valid_from < system_say.valid_to

)

select
    candidate.left_record_id,
    candidate.right_record_id,
    'number_and_beginning' as rule,
    candidate.days_in_common,
    candidate.valid_from,
    candidate.valid_to
from candidate
left join contested
    on candidate.left_record_id = contested.left_record_id
    and candidate.right_record_id = contested.right_record_id
where candidate.target_count = 1
    and candidate.seeker_count = 1
    and contested.left_record_id is null
