-- Every link between two customer records, with method, rule, score and evidence, accepted or not and why.
-- Grain: left_record_id < right_record_id, rule. Order of authority: what a steward decided, keys, identifiers.
-- A key between two records that agree in nothing comparable is a stale or mistyped one: kept here as evidence, not accepted.

with

record as (

    select * from {{ ref('int_customer__conformed') }}

),

decision as (

    select * from {{ ref('int_customer__decision') }}

),

rule as (

    select * from {{ ref('identity_rule') }}
    where entity = 'customer'

),

proposed as (

    select
        least(left_record_id, right_record_id) as left_record_id,
        greatest(left_record_id, right_record_id) as right_record_id,
        rule
    from {{ ref('int_customer__link_by_key') }}
    union
    select left_record_id, right_record_id, rule
    from {{ ref('int_customer__link_by_identifier') }}
    union
    select left_record_id, right_record_id, 'steward_link' as rule
    from decision
    where decision = 'link'

),

compared as (

    select
        proposed.left_record_id,
        proposed.right_record_id,
        proposed.rule,
        rule.method,
        rule.rank,
        cast(rule.score as decimal(5, 4)) as score,
        left_record.birth_date = right_record.birth_date as is_birth_date_equal,
        left_record.family_name_key = right_record.family_name_key as is_family_name_equal,
        left_record.first_given_name_key = right_record.first_given_name_key as is_given_name_equal,
        left_record.company_key = right_record.company_key as is_company_equal,
        left_record.email_key = right_record.email_key as is_email_equal,
        left_record.phone_key = right_record.phone_key as is_phone_equal,
        left_record.street_key = right_record.street_key and left_record.postcode_key = right_record.postcode_key as is_address_equal,
        greatest(left_record.known_since_at, right_record.known_since_at) as valid_from,
        decision.decision,
        decision.decided_by,
        decision.reason
    from proposed
    inner join rule
        on proposed.rule = rule.rule
    inner join record as left_record
        on proposed.left_record_id = left_record.record_id
    inner join record as right_record
        on proposed.right_record_id = right_record.record_id
    left join decision
        on proposed.left_record_id = decision.left_record_id
        and proposed.right_record_id = decision.right_record_id

),

judged as (

    select
        *,
        case
            when decision = 'never_link' then 'never_link_decided'
            when method = 'key' and rule <> 'shared_party'
                and not (
                    coalesce(is_birth_date_equal, false) or coalesce(is_family_name_equal, false)
                    or coalesce(is_given_name_equal, false) or coalesce(is_company_equal, false)
                    or coalesce(is_email_equal, false) or coalesce(is_phone_equal, false) or coalesce(is_address_equal, false)
                )
                and (is_birth_date_equal is not null or is_company_equal is not null)
                and (is_family_name_equal is not null or is_company_equal is not null)
                then 'nothing_agrees'
        end as rejection_reason
    from compared

)

select
    {{ hash_key(["'customer'", 'left_record_id', 'right_record_id', 'rule']) }} as link_id,
    left_record_id,
    right_record_id,
    method,
    rule,
    rejection_reason,
    {{ json_object_text([
        ('birth_date', 'is_birth_date_equal'), ('family_name', 'is_family_name_equal'), ('given_name', 'is_given_name_equal'),
        ('company', 'is_company_equal'), ('email', 'is_email_equal'), ('phone', 'is_phone_equal'), ('address', 'is_address_equal'),
        ('decided_by', 'decided_by'), ('reason', 'reason')
    ]) }} as evidence,
    rank,
    score,
    rejection_reason is null as is_accepted,
    coalesce(valid_from, {{ open_start() }}) as valid_from,
    {{ open_end() }} as valid_to
from judged
