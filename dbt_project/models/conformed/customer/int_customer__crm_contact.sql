-- Every contact medium of a CRM party, one row each, with the party's preferred one of each type ranked first.
-- Grain: party_id, contact_position. A TM Forum party may list several e-mails and phones: all of them identify it, the first
-- ranked one is what CRM claims. Version 4 nests the fields under `characteristic`, version 5 has them beside the type.

{{ config(materialized='view') }}

with

individual as (

    select * from {{ ref('stg_crm__individual') }}

),

organization as (

    select * from {{ ref('stg_crm__organization') }}

),

party as (

    select
        individual_id_crm as party_id,
        contact_medium
    from individual
    union all
    select
        organization_id_crm as party_id,
        contact_medium
    from organization

),

medium as (

    select
        party.party_id,
        listed.position as contact_position,
        {{ code_key("coalesce(" ~ json_text('listed.element', '$.mediumType') ~ ", " ~ json_text('listed.element', "$['@type']") ~ ")") }} as medium_code,
        coalesce(lower({{ json_text('listed.element', '$.preferred') }}), 'false') = 'true' as is_preferred,
        coalesce({{ json_text('listed.element', '$.characteristic') }}, listed.element) as field
    from party
    {{ json_array_elements('party.contact_medium', 'listed') }}

),

typed as (

    select
        party_id,
        contact_position,
        is_preferred,
        field,
        case
            when medium_code like '%email%' then 'email'
            when medium_code like '%phone%' or medium_code like '%mobile%' then 'phone'
            when medium_code like '%address%' then 'address'
        end as medium_type
    from medium

)

select
    party_id,
    contact_position,
    medium_type,
    case when medium_type = 'email' then lower({{ clean_text(json_text('field', '$.emailAddress')) }}) end as email,
    case when medium_type = 'phone' then {{ clean_text(json_text('field', '$.phoneNumber')) }} end as phone,
    case when medium_type = 'address' then {{ clean_text(json_text('field', '$.street1')) }} end as street,
    case when medium_type = 'address' then {{ clean_text(json_text('field', '$.postCode')) }} end as postcode,
    case when medium_type = 'address' then {{ clean_text(json_text('field', '$.city')) }} end as city,
    case when medium_type = 'address' then {{ clean_text(json_text('field', '$.country')) }} end as country,
    row_number() over (
        partition by party_id, medium_type
        order by is_preferred desc nulls last, contact_position asc nulls last
    ) as type_rank
from typed
where medium_type is not null
