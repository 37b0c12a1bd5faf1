-- Which customer each source record is, by which rule. Grain: system, entity, source_key.
-- CRM's parties (individual, organization) come in through the customer role that they have.

with

reference as (
    {{ cross_reference('customer', open_start(), open_end()) }}
),

party_reference as (

    select
        case when record.customer_type = 'company' then 'organization' else 'individual' end as entity,
        record.party_id_crm,
        min(cluster.customer_id) as customer_id
    from {{ ref('int_customer__conformed') }} as record
    inner join {{ ref('int_customer__cluster') }} as cluster
        on record.record_id = cluster.record_id
    where record.party_id_crm is not null
    group by case when record.customer_type = 'company' then 'organization' else 'individual' end, record.party_id_crm

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
    party_id_crm as source_key,
    customer_id,
    'engaged_party' as link_rule,
    {{ open_start() }} as valid_from,
    {{ open_end() }} as valid_to
from party_reference
