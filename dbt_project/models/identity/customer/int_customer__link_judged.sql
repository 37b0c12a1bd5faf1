-- Every proposed link between two customer records, judged by what the two records say, without looking at any other record.
-- Grain: left_record_id < right_record_id, rule. Order of authority: what a steward decided, keys, identifiers, the linker.
-- A key between two records that agree in nothing comparable, or that contradict each other, is a stale or mistyped one, unless the linker
-- sees more; an identifier never joins records that contradict each other, nor does the linker, but where it says itself why two
-- birth dates are one person's. Rejected links stay here as evidence.

with

record as (

    select * from {{ ref('int_customer__conformed') }}

),

trait as (

    select * from {{ ref('int_customer__trait') }}

),

decision as (

    select * from {{ ref('int_customer__decision') }}

),

matched as (

    select * from {{ ref('int_customer__match') }}

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
    select left_record_id, right_record_id, concat_ws('_', 'matched', party_type) as rule
    from matched
    where match_probability >= {{ var('identity_review_probability') }}
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
        rule.score as rule_score,
        matched.match_weight,
        matched.match_probability,
        matched.evidence as match_evidence,
        left_record.birth_date = right_record.birth_date as is_birth_date_equal,
        left_record.family_name_key = right_record.family_name_key as is_family_name_equal,
        left_record.first_given_name_key = right_record.first_given_name_key as is_given_name_equal,
        left_record.company_key = right_record.company_key as is_company_equal,
        -- a person and a business: the business may bear the family's name
        coalesce(
            instr(left_record.company_key, right_record.family_name_key) > 0,
            instr(right_record.company_key, left_record.family_name_key) > 0
        ) as is_business_named_after,
        left_record.email_key = right_record.email_key as is_email_equal,
        left_record.phone_key = right_record.phone_key as is_phone_equal,
        left_record.street_key = right_record.street_key and left_record.postcode_key = right_record.postcode_key as is_address_equal,
        -- a name cut short or spelt in two ways begins alike; it says something as long as the town isn't another
        substring(left_record.company_key, 1, 5) = substring(right_record.company_key, 1, 5)
            and coalesce(
                {{ regexp_replace_all('left_record.city_key', '[0-9]', '') }} = {{ regexp_replace_all('right_record.city_key', '[0-9]', '') }},
                true
            ) as is_company_similar,
        {{ records_contradict('left_trait', 'right_trait') }} as is_contradiction,
        {{ records_contradict('left_trait', 'right_trait', names=false, birth_dates=false) }} as is_contradiction_beside_person,
        {{ birth_dates_contradict('left_trait', 'right_trait') }} as is_birth_date_contradiction,
        -- what the linker says of the two dates: 'other' is two dates and nothing more; any other level is told from the household
        -- or an official number
        coalesce({{ json_text('matched.evidence', '$.birth_date.level') }}, 'other') <> 'other' as is_birth_date_explained,
        {{ given_names_contradict('left_trait', 'right_trait') }} as is_other_given_name,
        coalesce({{ birth_date_differences('left_trait', 'right_trait') }} >= 2, false) as is_other_birth_date,
        (left_trait.is_person and right_trait.is_legal_entity) or (left_trait.is_legal_entity and right_trait.is_person) as is_other_kind,
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
    inner join trait as left_trait
        on proposed.left_record_id = left_trait.record_id
    inner join trait as right_trait
        on proposed.right_record_id = right_trait.record_id
    left join decision
        on proposed.left_record_id = decision.left_record_id
        and proposed.right_record_id = decision.right_record_id
    left join matched
        on proposed.left_record_id = matched.left_record_id
        and proposed.right_record_id = matched.right_record_id

),

judged as (

    select
        *,
        case
            when method = 'steward' then null
            when decision = 'never_link' then 'never_link_decided'
            -- a key alone joins neither records that have nothing in common nor two people; where the linker sees more, it is believed
            when method = 'key' and rule <> 'shared_party'
                and coalesce(match_probability, 0) < {{ var('identity_review_probability') }}
                and not (
                    coalesce(is_birth_date_equal, false) or coalesce(is_family_name_equal, false)
                    or coalesce(is_given_name_equal, false) or coalesce(is_company_equal, false)
                    or coalesce(is_business_named_after, false) or coalesce(is_company_similar, false)
                    or coalesce(is_email_equal, false) or coalesce(is_phone_equal, false) or coalesce(is_address_equal, false)
                )
                and (is_birth_date_equal is not null or is_company_equal is not null or is_business_named_after is not null)
                and (is_family_name_equal is not null or is_company_equal is not null or is_business_named_after is not null)
                then 'nothing_agrees'
            when method = 'key' and rule <> 'shared_party'
                and coalesce(match_probability, 0) < {{ var('identity_review_probability') }}
                and (
                    (is_other_given_name and is_other_birth_date)
                    or (
                        is_other_kind
                        and not (coalesce(is_email_equal, false) or coalesce(is_phone_equal, false) or coalesce(is_address_equal, false))
                    )
                )
                then 'records_contradict'
            when method = 'identifier' and is_contradiction then 'records_contradict'
            -- about names the linker knows more than these rules: call names, spellings of other alphabets; so it does about a birth date
            -- that the household shows to be wrong, where it says so
            when method = 'probabilistic' and is_contradiction_beside_person then 'records_contradict'
            when method = 'probabilistic' and is_birth_date_contradiction and not is_birth_date_explained then 'records_contradict'
            when method = 'probabilistic' and match_probability < {{ var('identity_accept_probability') }} then 'uncertain'
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
    case
        when method = 'probabilistic' then match_evidence
        else {{ json_object_text([
            ('birth_date', 'is_birth_date_equal'), ('family_name', 'is_family_name_equal'), ('given_name', 'is_given_name_equal'),
            ('company', 'is_company_equal'), ('email', 'is_email_equal'), ('phone', 'is_phone_equal'), ('address', 'is_address_equal'),
            ('decided_by', 'decided_by'), ('reason', 'reason')
        ]) }}
    end as evidence,
    rank,
    cast(case when method = 'probabilistic' then match_probability else rule_score end as decimal(5, 4)) as score,
    match_weight as pair_match_weight,
    case when method = 'probabilistic' then match_weight end as match_weight,
    rejection_reason is null as is_accepted,
    coalesce(valid_from, {{ open_start() }}) as valid_from,
    {{ open_end() }} as valid_to
from judged
