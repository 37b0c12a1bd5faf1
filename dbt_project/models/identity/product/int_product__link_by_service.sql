-- Product records without a key to one another that stand for the same service of the same customer at the same time.
-- Grain: left_record_id. A contract of the acquired company that lives on as a CRM product, and a subscription that names no
-- product (or one that nobody holds). Each joins one product only, the one with most days in common.

with

record as (

    select
        *,
        coalesce(started_at, {{ open_start() }}) as valid_from,
        coalesce(terminated_at, {{ open_end() }}) as valid_to
    from {{ ref('int_product__conformed') }}
    where coalesce(status, 'active') <> 'cancelled'

),

service_cluster as (

    select * from {{ ref('int_service__cluster') }}

),

customer_cluster as (

    select * from {{ ref('int_customer__cluster') }}

),

keyed as (

    select distinct left_record_id from {{ ref('int_product__link_by_key') }}

),

placed as (

    select
        record.record_id,
        record.system,
        record.needs_network_service,
        record.valid_from,
        record.valid_to,
        service_cluster.service_id,
        customer_cluster.customer_id,
        keyed.left_record_id is not null as has_key
    from record
    inner join service_cluster
        on record.record_id = service_cluster.record_id
    left join customer_cluster
        on record.customer_record_id = customer_cluster.record_id
    left join keyed
        on record.record_id = keyed.left_record_id

),

candidate as (

    select
        seeker.record_id as left_record_id,
        target.record_id as right_record_id,
        case when seeker.system = 'crm_fixed' then 'migrated_contract' else 'service_and_time' end as rule,
        row_number() over (
            partition by seeker.record_id
            order by
                target.needs_network_service desc nulls last,
                {{ shared_days('seeker.valid_from', 'seeker.valid_to', 'target.valid_from', 'target.valid_to') }} desc nulls last,
                case when target.system = 'crm' then 0 else 1 end asc nulls last,
                target.record_id asc nulls last
        ) as choice
    from placed as seeker
    inner join placed as target
        on seeker.service_id = target.service_id
        and seeker.valid_from < target.valid_to
        and target.valid_from < seeker.valid_to
        and (seeker.customer_id = target.customer_id or seeker.customer_id is null or target.customer_id is null)
    where (seeker.system = 'crm_fixed' and target.system = 'crm')
        or (seeker.system = 'billing' and not seeker.has_key and target.system in ('crm', 'crm_fixed'))

)

select
    left_record_id,
    right_record_id,
    rule
from candidate
where choice = 1
