-- Customer records that agree in identifiers strong enough to be one customer, whatever system they are in.
-- Grain: left_record_id < right_record_id, rule. Persons need the same birth date and agreeing given names beside a shared e-mail,
-- phone or address, so that twins, households and father and son stay apart. Blocks keep the number of pairs bounded.

with

record as (

    select
        conformed.*,
        junk_birth_date.value is null as has_birth_date
    from {{ ref('int_customer__conformed') }} as conformed
    left join {{ ref('junk_value') }} as junk_birth_date
        on junk_birth_date.identifier_type = 'birth_date'
        and cast(conformed.birth_date as string) = junk_birth_date.value

),

identifier as (

    select * from {{ ref('int_customer__identifier') }}
    where is_usable

),

block as (

    select 'vat_number' as rule, identifier.identifier_value as block_key, record.record_id
    from record
    inner join identifier
        on record.record_id = identifier.record_id
        and identifier.identifier_type = 'vat'
    union all
    select
        'email_birth_date' as rule,
        concat_ws('|', identifier.identifier_value, cast(record.birth_date as string)) as block_key,
        record.record_id
    from record
    inner join identifier
        on record.record_id = identifier.record_id
        and identifier.identifier_type = 'email'
    where record.customer_type = 'person' and record.birth_date is not null and record.has_birth_date
    union all
    select
        'phone_birth_date_name' as rule,
        concat_ws('|', identifier.identifier_value, cast(record.birth_date as string), record.family_name_key) as block_key,
        record.record_id
    from record
    inner join identifier
        on record.record_id = identifier.record_id
        and identifier.identifier_type = 'phone'
    where record.customer_type = 'person' and record.birth_date is not null and record.has_birth_date
        and record.family_name_key is not null
    union all
    select
        'name_birth_date_address' as rule,
        concat_ws(
            '|', record.family_name_key, record.first_given_name_key, cast(record.birth_date as string), record.postcode_key
        ) as block_key,
        record.record_id
    from record
    where record.customer_type = 'person' and record.birth_date is not null and record.has_birth_date
        and record.family_name_key is not null and record.first_given_name_key is not null and record.postcode_key is not null
    union all
    select
        concat_ws('_', 'company_postcode', identifier.identifier_type) as rule,
        concat_ws('|', record.company_key, record.postcode_key, identifier.identifier_value) as block_key,
        record.record_id
    from record
    inner join identifier
        on record.record_id = identifier.record_id
        and identifier.identifier_type in ('email', 'phone')
    where record.customer_type = 'company' and record.company_key is not null and record.postcode_key is not null

),

block_size as (

    select
        rule,
        block_key,
        min(record_id) as first_record_id,
        count(*) as record_count
    from block
    group by rule, block_key

),

pair as (

    -- every pair of a small block; of a large one each record with the first, so that work grows with the records only
    select
        block.rule,
        other.record_id as left_record_id,
        block.record_id as right_record_id
    from block
    inner join block_size
        on block.rule = block_size.rule
        and block.block_key = block_size.block_key
    inner join block as other
        on block.rule = other.rule
        and block.block_key = other.block_key
        and other.record_id < block.record_id
    where block_size.record_count between 2 and {{ var('identity_max_block_pairs_of') }}
    union all
    select
        block.rule,
        block_size.first_record_id as left_record_id,
        block.record_id as right_record_id
    from block
    inner join block_size
        on block.rule = block_size.rule
        and block.block_key = block_size.block_key
        and block_size.first_record_id < block.record_id
    where block_size.record_count > {{ var('identity_max_block_pairs_of') }}

)

select distinct
    pair.left_record_id,
    pair.right_record_id,
    pair.rule
from pair
inner join record as left_record
    on pair.left_record_id = left_record.record_id
inner join record as right_record
    on pair.right_record_id = right_record.record_id
where left_record.customer_type = 'company'
    or {{ given_names_agree('left_record', 'right_record') }}
