-- Records of one customer that contradict its most senior record: keys joined them, a steward, or the linker by what the household says.
-- Grain: record_id. Each is compared with the senior record only, so that the work grows with the records. Another given name alone is
-- mostly a nickname or another transliteration (Kathi, Katharina; Dschem, Cem): beside a key it is no contradiction.

with

grouping as (

    select * from {{ ref('int_customer__grouping') }}

),

trait as (

    select * from {{ ref('int_customer__trait') }}

),

compared as (

    select
        grouping.senior_record_id,
        grouping.record_id,
        {{ given_names_contradict('senior', 'other') }} as is_other_given_name,
        {{ birth_dates_contradict('senior', 'other') }} as is_other_birth_date,
        coalesce(senior.vat_key <> other.vat_key, false) as is_other_vat_number,
        (senior.is_person and other.is_legal_entity) or (senior.is_legal_entity and other.is_person) as is_other_kind,
        senior.birth_date as senior_birth_date,
        other.birth_date as other_birth_date,
        senior.vat_key as senior_vat_number,
        other.vat_key as other_vat_number
    from grouping
    inner join trait as senior
        on grouping.senior_record_id = senior.record_id
    inner join trait as other
        on grouping.record_id = other.record_id
    where grouping.senior_record_id <> grouping.record_id

)

select
    senior_record_id,
    record_id,
    concat_ws(
        ', ',
        case when is_other_kind then 'person and company' end,
        case when is_other_given_name then 'given name' end,
        case when is_other_birth_date then 'birth date' end,
        case when is_other_vat_number then 'VAT number' end
    ) as contradiction,
    {{ json_object_text_without_nulls([
        ('given_name_differs', 'case when is_other_given_name then true end'),
        ('person_and_company', 'case when is_other_kind then true end'),
        ('senior_birth_date', 'case when is_other_birth_date then cast(senior_birth_date as string) end'),
        ('birth_date', 'case when is_other_birth_date then cast(other_birth_date as string) end'),
        ('senior_vat_number', 'case when is_other_vat_number then senior_vat_number end'),
        ('vat_number', 'case when is_other_vat_number then other_vat_number end')
    ]) }} as evidence
from compared
where is_other_kind
    or is_other_birth_date
    or is_other_vat_number
