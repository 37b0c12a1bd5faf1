-- Service records joined by direct keys alone, with what each component lacks. Grain: record_id.
-- anchor_position is the standing of the most senior system that the component holds (seed precedence, service `id`); a component
-- without the most senior one, inventory, may still be joined by number and time.

with

key_link as (

    select
        left_record_id,
        right_record_id,
        true as is_accepted
    from {{ ref('int_service__link_by_key') }}

),

component as (
    {{ cluster_records('service', ref('int_service__conformed'), 'key_link') }}
)

select
    component.record_id,
    component.senior_record_id,
    component.record_count,
    component.system_count,
    min({{ precedence_position('precedence.systems', 'record.system') }}) over (
        partition by component.senior_record_id
    ) as anchor_position
from component
inner join {{ ref('int_service__conformed') }} as record
    on component.record_id = record.record_id
left join {{ ref('precedence') }} as precedence
    on precedence.entity = 'service'
    and precedence.attribute = 'id'
