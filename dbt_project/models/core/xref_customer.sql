-- Which customer each source record is, by which rule. Grain: system, entity, source_key.
-- CRM's parties (individual, organization) come in through the customer role that they have.

with

reference as (
    {{ cross_reference('customer', open_start(), open_end()) }}
),

crm_customer as (

    select * from {{ ref('stg_crm__customer') }}

),

party as (

    select individual_id_crm as party_id, 'individual' as entity
    from {{ ref('stg_crm__individual') }}
    union all
    select organization_id_crm as party_id, 'organization' as entity
    from {{ ref('stg_crm__organization') }}

),

party_reference as (

    select
        party.entity,
        party.party_id,
        min(reference.customer_id) as customer_id
    from party
    inner join crm_customer
        on party.party_id = crm_customer.engaged_party_id
    inner join reference
        on reference.system = 'crm'
        and reference.entity = 'customer'
        and crm_customer.customer_id_crm = reference.source_key
    group by party.entity, party.party_id

)

select
    system,
    entity,
    source_key,
    customer_id,
    link_rule,
    valid_from,
    valid_to
from reference
union all
select
    'crm' as system,
    entity,
    party_id as source_key,
    customer_id,
    'engaged_party' as link_rule,
    {{ open_start() }} as valid_from,
    {{ open_end() }} as valid_to
from party_reference
